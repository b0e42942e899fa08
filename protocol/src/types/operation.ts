import { ContainerType, ListCompositeType, UnionType, type ValueOf } from '@chainsafe/ssz'
import { limits } from '../limits.ts'
import {
  type Bytes32,
  Bytes32Type,
  SignatureType,
  Uint8Type,
  Uint16Type,
  Uint32Type,
  Uint64Type,
} from '../ssz/primitives.ts'

/** One message as a segment carries it: the shard is the segment's, the nonce the member's next. */
export const MessageType = new ContainerType(
  { conversation: Uint32Type, member: Uint16Type, content: Bytes32Type },
  { typeName: 'Message' },
)
export type Message = ValueOf<typeof MessageType>

/** A member that a conversation starts with; amounts in mwei. */
export const InitialMemberType = new ContainerType(
  { key: Bytes32Type, role: Uint8Type, allowance: Uint64Type, priceLimit: Uint64Type },
  { typeName: 'InitialMember' },
)
export type InitialMember = ValueOf<typeof InitialMemberType>

export const CreateConversationType = new ContainerType(
  {
    shard: Uint8Type,
    account: Uint32Type,
    nonce: Uint64Type,
    salt: Bytes32Type,
    members: new ListCompositeType(InitialMemberType, limits.entriesPerOperation),
  },
  { typeName: 'CreateConversation' },
)
export type CreateConversation = ValueOf<typeof CreateConversationType>

export const RemovedMemberType = new ContainerType({ slot: Uint16Type }, { typeName: 'RemovedMember' })
export const ChangedRoleType = new ContainerType({ slot: Uint16Type, role: Uint8Type }, { typeName: 'ChangedRole' })
/** Who enters a slot, and what the signer gives it of its own allowance, in mwei. */
export const AddedMemberType = new ContainerType(
  { slot: Uint16Type, key: Bytes32Type, role: Uint8Type, allowance: Uint64Type, priceLimit: Uint64Type },
  { typeName: 'AddedMember' },
)
/** The key that takes the place of the signer's own. */
export const ExchangedKeyType = new ContainerType({ key: Bytes32Type }, { typeName: 'ExchangedKey' })

export const ChangeMembersType = new ContainerType(
  {
    shard: Uint8Type,
    conversation: Uint32Type,
    epoch: Uint64Type,
    signer: Uint16Type,
    remove: new ListCompositeType(RemovedMemberType, limits.entriesPerOperation),
    roles: new ListCompositeType(ChangedRoleType, limits.entriesPerOperation),
    add: new ListCompositeType(AddedMemberType, limits.entriesPerOperation),
    exchange: new ListCompositeType(ExchangedKeyType, 1),
  },
  { typeName: 'ChangeMembers' },
)
export type ChangeMembers = ValueOf<typeof ChangeMembersType>

/** All entries of a membership change. */
export function entriesOf({ remove, roles, add, exchange }: ChangeMembers): number {
  return remove.length + roles.length + add.length + exchange.length
}

/** The keys that enter a slot by a membership change, in the order of their consents. */
export function enteringKeys({
  signer,
  add,
  exchange,
}: ChangeMembers): { readonly slot: number; readonly key: Bytes32 }[] {
  return [...add, ...exchange.map(({ key }) => ({ slot: signer, key }))]
}

export const FundType = new ContainerType(
  {
    shard: Uint8Type,
    account: Uint32Type,
    nonce: Uint64Type,
    conversation: Uint32Type,
    member: Uint16Type,
    amount: Uint64Type,
    priceLimit: Uint64Type,
  },
  { typeName: 'Fund' },
)
export type Fund = ValueOf<typeof FundType>

export const ReclaimType = new ContainerType(
  {
    shard: Uint8Type,
    account: Uint32Type,
    nonce: Uint64Type,
    conversation: Uint32Type,
    member: Uint16Type,
    amount: Uint64Type,
  },
  { typeName: 'Reclaim' },
)
export type Reclaim = ValueOf<typeof ReclaimType>

export const WithdrawType = new ContainerType(
  { shard: Uint8Type, account: Uint32Type, nonce: Uint64Type, amount: Uint64Type },
  { typeName: 'Withdraw' },
)
export type Withdraw = ValueOf<typeof WithdrawType>

/** Selectors of the operation union. */
export const OperationKind = { createConversation: 0, changeMembers: 1, fund: 2, reclaim: 3, withdraw: 4 } as const

export type Operation =
  | { readonly selector: 0; readonly value: CreateConversation }
  | { readonly selector: 1; readonly value: ChangeMembers }
  | { readonly selector: 2; readonly value: Fund }
  | { readonly selector: 3; readonly value: Reclaim }
  | { readonly selector: 4; readonly value: Withdraw }

export const OperationType = new UnionType([
  CreateConversationType,
  ChangeMembersType,
  FundType,
  ReclaimType,
  WithdrawType,
])

/** Signatures of an operation: the signer's, then the consents in list order. */
export const SignaturesType = new ListCompositeType(SignatureType, limits.messagesPerSegment)

/** How many signatures an operation carries: its signer's and one consent for each key that enters. */
export function signatureCount(operation: Operation): number {
  if (operation.selector === OperationKind.createConversation) return 1 + operation.value.members.length
  if (operation.selector === OperationKind.changeMembers) return 1 + enteringKeys(operation.value).length
  return 1
}
