import type { Bytes32 } from '../ssz/primitives.ts'
import type { Account, Conversation } from '../types/state.ts'
import { AccountType, ConversationType, ShardType, type StateOfRoots, StateOfRootsType } from '../types/state.ts'
import { gindexOf, joinGindices, type MerkleProof, prove, verifyProof } from './merkle.ts'

/** Places of the leaves that users and contracts need, as generalised indices. @see docs/spec/proofs.md */
export const stateGindex = {
  shard: (shard: number): bigint => gindexOf(StateOfRootsType, ['shards', shard]),
  conversationInShard: (index: number): bigint => gindexOf(ShardType, ['conversations', index]),
  accountInShard: (index: number): bigint => gindexOf(ShardType, ['accounts', index]),
  conversation: (shard: number, index: number): bigint =>
    joinGindices(stateGindex.shard(shard), stateGindex.conversationInShard(index)),
  account: (shard: number, index: number): bigint =>
    joinGindices(stateGindex.shard(shard), stateGindex.accountInShard(index)),
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

/** Whether `branch` shows exactly this conversation at this address under a state root. */
export function verifyConversation(
  stateRoot: Bytes32,
  shard: number,
  index: number,
  conversation: Conversation,
  branch: readonly Bytes32[],
): boolean {
  const leaf = ConversationType.hashTreeRoot(conversation)
  return verifyProof(stateRoot, { gindex: stateGindex.conversation(shard, index), leaf, branch })
}

/** Whether `branch` shows exactly this account at this address under a state root. */
export function verifyAccount(
  stateRoot: Bytes32,
  shard: number,
  index: number,
  account: Account,
  branch: readonly Bytes32[],
): boolean {
  const leaf = AccountType.hashTreeRoot(account)
  return verifyProof(stateRoot, { gindex: stateGindex.account(shard, index), leaf, branch })
}
