import { limits } from '../limits.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import {
  type Account,
  AccountType,
  type Conversation,
  ConversationType,
  type Member,
  MemberType,
  type Shard,
} from '../types/state.ts'
import { containerRoot, mixInLength, uintChunk } from './roots.ts'
import { branchIn, heightOf, levelsOf, liftRoot } from './trees.ts'

/** Levels of the state's lists. */
export const listDepth = {
  conversations: Math.log2(limits.conversationsPerShard),
  accounts: Math.log2(limits.accountsPerShard),
  members: Math.log2(limits.membersPerConversation),
} as const

/**
 * A shard by its lists. Their trees are cut at the height that has room for one element more than there are
 * ({@link heightOf}); above it everything beside is zero.
 */
export interface ShardOpening {
  readonly conversations: Bytes32
  readonly conversationCount: number
  readonly accounts: Bytes32
  readonly accountCount: number
  readonly feeExcess: bigint
  readonly feeTime: bigint
  readonly revenue: bigint
}

/** A conversation of which the members are known by the root of their tree, before its length is mixed in. */
export interface ConversationOpening {
  readonly id: Bytes32
  readonly epoch: bigint
  readonly members: Bytes32
  readonly count: number
  readonly messageCount: bigint
  readonly head: Bytes32
}

/** What stands at an index, undefined just beyond the end, and its siblings from its own upwards. */
export interface Opened<Value> {
  readonly value: Value | undefined
  readonly siblings: readonly Bytes32[]
}

/** A shard as it stood before a segment, as far as executing the segment reads it. */
export interface ShardOpenings {
  readonly shard: ShardOpening
  conversation(index: number): Opened<ConversationOpening>
  member(conversation: number, slot: number): Opened<Member>
  account(index: number): Opened<Account>
}

/**
 * hash_tree_root of an opened shard.
 * @param cut - Counts that its trees are cut by: its own, or those it had before something was appended.
 */
export function shardOpeningRoot(
  shard: ShardOpening,
  cut: Pick<ShardOpening, 'conversationCount' | 'accountCount'> = shard,
): Bytes32 {
  const list = (root: Bytes32, cutBy: number, depth: number, count: number): Bytes32 =>
    mixInLength(liftRoot(root, heightOf(cutBy, depth), depth), count)
  return containerRoot([
    list(shard.conversations, cut.conversationCount, listDepth.conversations, shard.conversationCount),
    list(shard.accounts, cut.accountCount, listDepth.accounts, shard.accountCount),
    uintChunk(shard.feeExcess),
    uintChunk(shard.feeTime),
    uintChunk(shard.revenue),
  ])
}

/** hash_tree_root of an opened conversation. */
export function conversationOpeningRoot(conversation: ConversationOpening): Bytes32 {
  return containerRoot([
    conversation.id,
    uintChunk(conversation.epoch),
    mixInLength(conversation.members, conversation.count),
    uintChunk(conversation.messageCount),
    conversation.head,
  ])
}

/** Openings of a shard that is held whole: the reference's, for small states. */
export function openingsOf(shard: Shard): ShardOpenings {
  const conversations = levelsOf(
    shard.conversations.map((conversation) => ConversationType.hashTreeRoot(conversation)),
    heightOf(shard.conversations.length, listDepth.conversations),
  )
  const accounts = levelsOf(
    shard.accounts.map((account) => AccountType.hashTreeRoot(account)),
    heightOf(shard.accounts.length, listDepth.accounts),
  )
  const membersOf = (index: number) =>
    levelsOf(
      (shard.conversations[index]?.members ?? []).map((member) => MemberType.hashTreeRoot(member)),
      listDepth.members,
    )
  return {
    shard: {
      conversations: branchIn(conversations, 0).root,
      conversationCount: shard.conversations.length,
      accounts: branchIn(accounts, 0).root,
      accountCount: shard.accounts.length,
      feeExcess: shard.feeExcess,
      feeTime: shard.feeTime,
      revenue: shard.revenue,
    },
    conversation: (index) => ({
      value: opened(shard.conversations[index], () => branchIn(membersOf(index), 0).root),
      siblings: branchIn(conversations, index).siblings,
    }),
    member: (index, slot) => ({
      value: shard.conversations[index]?.members[slot],
      siblings: branchIn(membersOf(index), slot).siblings,
    }),
    account: (index) => ({ value: shard.accounts[index], siblings: branchIn(accounts, index).siblings }),
  }
}

function opened(conversation: Conversation | undefined, membersRoot: () => Bytes32): ConversationOpening | undefined {
  if (conversation === undefined) return undefined
  const { id, epoch, members, messageCount, head } = conversation
  return { id, epoch, members: membersRoot(), count: members.length, messageCount, head }
}
