import type { Type } from '@chainsafe/ssz'
import { changeDigest, messageDigest } from '../signing/digests.ts'
import { sameBytes } from '../ssz/bytes.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type ChangeMembers, ChangeMembersType, MessageType } from '../types/operation.ts'
import type { Conversation } from '../types/state.ts'
import { rootWithin } from './merkle.ts'

/** One entry of a conversation's record, in order. A message's nonce follows from the slot's history. */
export type HistoryEntry =
  | { readonly kind: 'message'; readonly member: number; readonly content: Bytes32 }
  | { readonly kind: 'change'; readonly change: ChangeMembers }

/** Why a history is not the record of a conversation. */
export type HistoryGap =
  | { readonly kind: 'count'; readonly expected: bigint; readonly received: bigint }
  | { readonly kind: 'head'; readonly expected: Bytes32; readonly received: Bytes32 }

/** Digests cut slots and counters that are too wide, so an entry must be one that its type can hold. */
function isWithin(entry: HistoryEntry): boolean {
  try {
    if (entry.kind === 'change') rootWithin(ChangeMembersType as Type<ChangeMembers>, entry.change)
    else rootWithin(MessageType, { conversation: 0, member: entry.member, content: entry.content })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * Checks that `history` is the complete record of a proven conversation: nothing dropped, added, altered or reordered.
 * @param initialMembers - Slots the conversation was created with; their nonces start at 1.
 * @returns undefined when it is complete.
 */
export function findHistoryGap(
  chainId: bigint,
  conversation: Conversation,
  initialMembers: number,
  history: readonly HistoryEntry[],
): HistoryGap | undefined {
  const nonces = new Map<number, bigint>()
  const nonceOf = (slot: number): bigint => nonces.get(slot) ?? (slot < initialMembers ? 1n : 0n)
  let head = conversation.id
  let count = 0n
  for (const entry of history) {
    if (!isWithin(entry)) return { kind: 'head', expected: conversation.head, received: head }
    if (entry.kind === 'message') {
      const nonce = nonceOf(entry.member)
      head = hash64(head, messageDigest(chainId, conversation.id, entry.member, nonce, entry.content))
      nonces.set(entry.member, nonce + 1n)
      count += 1n
    } else {
      head = hash64(head, changeDigest(chainId, conversation.id, entry.change))
      for (const { slot } of [...entry.change.remove, ...entry.change.add]) nonces.set(slot, nonceOf(slot) + 1n)
    }
  }
  if (count !== conversation.messageCount)
    return { kind: 'count', expected: conversation.messageCount, received: count }
  return sameBytes(head, conversation.head) ? undefined : { kind: 'head', expected: conversation.head, received: head }
}
