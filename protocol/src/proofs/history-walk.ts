import type { Type } from '@chainsafe/ssz'
import { messageDigest } from '../signing/digests.ts'
import { changeDigests } from '../signing/operation-digests.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type ChangeMembers, ChangeMembersType, MessageType } from '../types/operation.ts'
import { rootWithin } from './merkle.ts'

/** One entry of a conversation's record, in order. A message's nonce follows from the slot's history. */
export type HistoryEntry =
  | { readonly kind: 'message'; readonly member: number; readonly content: Bytes32 }
  | { readonly kind: 'change'; readonly change: ChangeMembers }

/** Walks along a record and keeps what follows from it: the head, the messages so far and each slot's nonce. */
export class HistoryWalk {
  head: Bytes32
  messages = 0n
  private readonly nonces = new Map<number, bigint>()
  private readonly chainId: bigint
  private readonly conversationId: Bytes32
  private readonly initialMembers: number

  /** @param initialMembers - Slots the conversation was created with; their nonces start at 1. */
  constructor(chainId: bigint, conversationId: Bytes32, initialMembers: number) {
    this.chainId = chainId
    this.conversationId = conversationId
    this.initialMembers = initialMembers
    this.head = conversationId
  }

  /**
   * Takes the next entry in.
   * @returns what its signatures are over, in their order; undefined, and nothing is taken in, when the entry is none that
   * its type can hold.
   */
  step(entry: HistoryEntry): readonly Bytes32[] | undefined {
    if (!isWithin(entry)) return undefined
    const digests = entry.kind === 'message' ? [this.spoken(entry.member, entry.content)] : this.changed(entry.change)
    this.head = hash64(this.head, digests[0] as Bytes32)
    return digests
  }

  private spoken(member: number, content: Bytes32): Bytes32 {
    const nonce = this.nonceOf(member)
    this.nonces.set(member, nonce + 1n)
    this.messages += 1n
    return messageDigest(this.chainId, this.conversationId, member, nonce, content)
  }

  private changed(change: ChangeMembers): readonly Bytes32[] {
    const { digests, nonces } = changeDigests(this.chainId, this.conversationId, change, (slot) => this.nonceOf(slot))
    for (const [slot, nonce] of nonces) this.nonces.set(slot, nonce)
    return digests
  }

  private nonceOf(slot: number): bigint {
    return this.nonces.get(slot) ?? (slot < this.initialMembers ? 1n : 0n)
  }
}

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
