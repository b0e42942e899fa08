import { ContainerType, ListCompositeType, type ValueOf, VectorCompositeType } from '@chainsafe/ssz'
import { limits } from '../limits.ts'
import { Bytes20Type, Bytes32Type, Uint8Type, Uint32Type, Uint64Type } from '../ssz/primitives.ts'

/** One slot of a conversation. `key` is the x of a secp256k1 point whose even y is meant; amounts in mwei. */
export const MemberType = new ContainerType(
  {
    key: Bytes32Type,
    role: Uint8Type,
    nonce: Uint64Type,
    sponsor: Uint32Type,
    allowance: Uint64Type,
    priceLimit: Uint64Type,
  },
  { typeName: 'Member' },
)
export type Member = ValueOf<typeof MemberType>

/** Who may speak and the ordered record of what was said: `head` chains every message and membership change. */
export const ConversationType = new ContainerType(
  {
    id: Bytes32Type,
    epoch: Uint64Type,
    members: new ListCompositeType(MemberType, limits.membersPerConversation),
    messageCount: Uint64Type,
    head: Bytes32Type,
  },
  { typeName: 'Conversation' },
)
export type Conversation = ValueOf<typeof ConversationType>

/** Money of one L2 address within one shard, in mwei; `withdrawn` only ever grows. */
export const AccountType = new ContainerType(
  { owner: Bytes20Type, nonce: Uint64Type, balance: Uint64Type, withdrawn: Uint64Type },
  { typeName: 'Account' },
)
export type Account = ValueOf<typeof AccountType>

/** An independent part of the state: no operation touches two. `feeTime` in milliseconds, `revenue` in mwei. */
export const ShardType = new ContainerType(
  {
    conversations: new ListCompositeType(ConversationType, limits.conversationsPerShard),
    accounts: new ListCompositeType(AccountType, limits.accountsPerShard),
    feeExcess: Uint64Type,
    feeTime: Uint64Type,
    revenue: Uint64Type,
  },
  { typeName: 'Shard' },
)
export type Shard = ValueOf<typeof ShardType>

/** Prices that follow the outside world, in mwei: a byte of the core and one of the witness, settling one operation, a byte of new state. */
export const PricesType = new ContainerType(
  { coreByte: Uint64Type, witnessByte: Uint64Type, settlement: Uint64Type, stateByte: Uint64Type },
  { typeName: 'Prices' },
)
export type Prices = ValueOf<typeof PricesType>

/** The whole state; its hash_tree_root is the state root. `timestamp` in milliseconds. */
export const StateType = new ContainerType(
  {
    shards: new VectorCompositeType(ShardType, limits.shards),
    inboxCount: Uint64Type,
    prices: PricesType,
    blockNumber: Uint64Type,
    timestamp: Uint64Type,
  },
  { typeName: 'State' },
)
export type State = ValueOf<typeof StateType>

/** A state in which every shard stands for itself by its root: same hash_tree_root as `StateType`. */
export const StateOfRootsType = new ContainerType(
  {
    shards: new VectorCompositeType(Bytes32Type, limits.shards),
    inboxCount: Uint64Type,
    prices: PricesType,
    blockNumber: Uint64Type,
    timestamp: Uint64Type,
  },
  { typeName: 'StateOfRoots' },
)
export type StateOfRoots = ValueOf<typeof StateOfRootsType>
