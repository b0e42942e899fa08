import type { CompositeType } from '@chainsafe/ssz'
import { type Bytes32, Uint64Type } from '../ssz/primitives.ts'
import type { Account, Conversation, Member } from '../types/state.ts'
import {
  AccountType,
  ConversationType,
  MemberType,
  ShardType,
  type StateOfRoots,
  StateOfRootsType,
} from '../types/state.ts'
import { gindexOf, joinGindices, joinProofs, type MerkleProof, prove, verifyAt } from './merkle.ts'

/** Places of the leaves that users and contracts need, as generalised indices. @see docs/spec/proofs.md */
export const stateGindex = {
  shard: (shard: number): bigint => gindexOf(StateOfRootsType, ['shards', shard]),
  conversationInShard: (index: number): bigint => gindexOf(ShardType, ['conversations', index]),
  accountInShard: (index: number): bigint => gindexOf(ShardType, ['accounts', index]),
  conversation: (shard: number, index: number): bigint =>
    joinGindices(stateGindex.shard(shard), stateGindex.conversationInShard(index)),
  account: (shard: number, index: number): bigint =>
    joinGindices(stateGindex.shard(shard), stateGindex.accountInShard(index)),
  member: (shard: number, conversation: number, slot: number): bigint =>
    joinGindices(stateGindex.conversation(shard, conversation), gindexOf(ConversationType, ['members', slot])),
  revenue: (shard: number): bigint => joinGindices(stateGindex.shard(shard), gindexOf(ShardType, ['revenue'])),
} as const

/** Proves a shard's root within a state given by its shards' roots. */
export function proveShard(state: StateOfRoots, shard: number): MerkleProof {
  return prove(StateOfRootsType, state, ['shards', shard])
}

function partProof(gindex: bigint, leaf: Bytes32, inShard: readonly Bytes32[], shardProof: MerkleProof): MerkleProof {
  return { gindex, leaf, branch: [...inShard, ...shardProof.branch] }
}

/** Proof of a conversation within the state, from the branch within its shard. */
export function proveConversation(
  state: StateOfRoots,
  shard: number,
  index: number,
  conversation: Conversation,
  branchInShard: readonly Bytes32[],
): MerkleProof {
  const leaf = ConversationType.hashTreeRoot(conversation)
  return partProof(stateGindex.conversation(shard, index), leaf, branchInShard, proveShard(state, shard))
}

/** Proof of an account within the state, from the branch within its shard. */
export function proveAccount(
  state: StateOfRoots,
  shard: number,
  index: number,
  account: Account,
  branchInShard: readonly Bytes32[],
): MerkleProof {
  const leaf = AccountType.hashTreeRoot(account)
  return partProof(stateGindex.account(shard, index), leaf, branchInShard, proveShard(state, shard))
}

/**
 * Proof of one member slot within the state, from the branch of its conversation within its shard.
 * @throws {RangeError} when the conversation has no such slot.
 */
export function proveMember(
  state: StateOfRoots,
  shard: number,
  index: number,
  conversation: Conversation,
  slot: number,
  branchInShard: readonly Bytes32[],
): MerkleProof {
  const inner = prove(ConversationType as CompositeType<Conversation, unknown, unknown>, conversation, [
    'members',
    slot,
  ])
  return joinProofs(inner, proveConversation(state, shard, index, conversation, branchInShard))
}

/** Proof of a shard's revenue within the state, from the branch within its shard. */
export function proveRevenue(
  state: StateOfRoots,
  shard: number,
  revenue: bigint,
  branchInShard: readonly Bytes32[],
): MerkleProof {
  const leaf = Uint64Type.hashTreeRoot(revenue)
  return partProof(stateGindex.revenue(shard), leaf, branchInShard, proveShard(state, shard))
}

/** Whether `branch` shows exactly this conversation at this address under a state root. */
export function verifyConversation(
  stateRoot: Bytes32,
  shard: number,
  index: number,
  conversation: Conversation,
  branch: readonly Bytes32[],
): boolean {
  return verifyAt(stateRoot, () => stateGindex.conversation(shard, index), ConversationType, conversation, branch)
}

/** Whether `branch` shows exactly this account at this address under a state root. */
export function verifyAccount(
  stateRoot: Bytes32,
  shard: number,
  index: number,
  account: Account,
  branch: readonly Bytes32[],
): boolean {
  return verifyAt(stateRoot, () => stateGindex.account(shard, index), AccountType, account, branch)
}

/** Whether `branch` shows exactly this member in this slot under a state root. */
export function verifyMember(
  stateRoot: Bytes32,
  shard: number,
  conversation: number,
  slot: number,
  member: Member,
  branch: readonly Bytes32[],
): boolean {
  return verifyAt(stateRoot, () => stateGindex.member(shard, conversation, slot), MemberType, member, branch)
}

/** Whether `branch` shows exactly this revenue of a shard under a state root. */
export function verifyRevenue(stateRoot: Bytes32, shard: number, revenue: bigint, branch: readonly Bytes32[]): boolean {
  return verifyAt(stateRoot, () => stateGindex.revenue(shard), Uint64Type, revenue, branch)
}
