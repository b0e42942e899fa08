import { Role } from '../limits.ts'
import type { Account, Conversation, Member, Shard } from '../types/state.ts'
import { TransitionError, type TransitionFault } from './faults.ts'

const highestCounter = 2n ** 64n - 1n

/** Throws `fault` unless `holds`. */
export function demand(holds: boolean, fault: () => TransitionFault): asserts holds {
  if (!holds) throw new TransitionError(fault())
}

export function assertShard(shardIndex: number, received: number): void {
  demand(received === shardIndex, () => ({
    code: 'FIELD_OUT_OF_RANGE',
    field: 'shard',
    value: received,
    minimum: shardIndex,
    maximum: shardIndex,
  }))
}

export function assertRole(field: string, role: number): void {
  demand(role === Role.member || role === Role.admin, () => ({
    code: 'FIELD_OUT_OF_RANGE',
    field,
    value: role,
    minimum: Role.member,
    maximum: Role.admin,
  }))
}

/** The counter plus one; the highest value is never used up, so that no counter wraps. */
export function next(field: string, counter: bigint): bigint {
  demand(counter < highestCounter, () => ({ code: 'COUNTER_EXHAUSTED', field }))
  return counter + 1n
}

export function accountAt(shard: Shard, shardIndex: number, index: number): Account {
  const account = shard.accounts[index]
  demand(account !== undefined, () => ({ code: 'ACCOUNT_UNKNOWN', shard: shardIndex, account: index }))
  return account
}

export function conversationAt(shard: Shard, shardIndex: number, index: number): Conversation {
  const conversation = shard.conversations[index]
  demand(conversation !== undefined, () => ({ code: 'CONVERSATION_UNKNOWN', shard: shardIndex, conversation: index }))
  return conversation
}

export function memberAt(conversation: Conversation, conversationIndex: number, index: number): Member {
  const member = conversation.members[index]
  demand(member !== undefined, () => ({
    code: 'MEMBER_UNKNOWN',
    conversation: conversationIndex,
    member: index,
    members: conversation.members.length,
  }))
  return member
}

/** A member that has at least the role `needed`. */
export function speakingMemberAt(
  conversation: Conversation,
  conversationIndex: number,
  index: number,
  needed: number = Role.member,
): Member {
  const member = memberAt(conversation, conversationIndex, index)
  demand(member.role >= needed, () => ({ code: 'ROLE_MISSING', member: index, needed, role: member.role }))
  return member
}
