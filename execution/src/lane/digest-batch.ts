import type { ConversationStore } from './conversation-store.ts'
import { loadDigestRow, loadPlace, type SlotPlace } from './load-slot.ts'
import { MessageDigests } from './message-digests.ts'
import type { MessageExecutor } from './message-executor.ts'
import { chunkWords } from './pair-hasher.ts'

/** Messages whose digests are hashed together. */
export const digestRows = 32

export type ConversationsOf = (shard: number) => ConversationStore | undefined

/**
 * Digests of messages in slots, or laid out like them, hashed together before the messages are executed one by one. A
 * digest is over the nonce that the message names, which it must prove to be the next; so it holds whatever is executed
 * in between.
 */
export class DigestBatch {
  private readonly digests: MessageDigests
  private readonly present = new Uint8Array(digestRows)
  private readonly place: SlotPlace = { shard: 0, conversation: 0, member: 0, nonceLow: 0, nonceHigh: 0 }
  private readonly words: Int32Array
  private readonly halves: Uint16Array
  private readonly conversationsOf: ConversationsOf

  /** @param words - Where the messages lie; `halves` are the same memory. */
  constructor(chainId: bigint, words: Int32Array, halves: Uint16Array, conversationsOf: ConversationsOf) {
    this.digests = new MessageDigests(chainId, digestRows)
    this.words = words
    this.halves = halves
    this.conversationsOf = conversationsOf
  }

  /** Takes the message in the slot that begins at `word`, unless its conversation does not exist yet. */
  write(row: number, word: number): void {
    const { place, digests, words } = this
    loadPlace(words, this.halves, word, place)
    const conversations = this.conversationsOf(place.shard)
    const exists = conversations !== undefined && place.conversation < conversations.count
    this.present[row] = exists ? 1 : 0
    if (!exists) return
    const page = conversations.records.page(place.conversation)
    const record = conversations.records.word(place.conversation)
    digests.write(row, page, record, place.member, place.nonceLow, place.nonceHigh)
    loadDigestRow(words, word, digests.rows, MessageDigests.word(row))
  }

  /** Hashes the first `count` rows. */
  hash(count: number): void {
    this.digests.hash(count)
  }

  /** Hands the digest of a row to the executor, if it could be worked out. */
  give(row: number, to: MessageExecutor): void {
    if (this.present[row] === 1) to.give(this.digests.digests, row * chunkWords)
  }
}
