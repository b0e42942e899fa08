import type { EntryConsumer } from '../rings/entry-ring.ts'
import type { Lane } from './lane.ts'
import { loadDigestRow, loadPlace, type SlotPlace } from './load-slot.ts'
import { MessageDigests } from './message-digests.ts'
import { chunkWords } from './pair-hasher.ts'

const rows = 32

/**
 * Digests of the messages at the head of the ring, hashed together before they are executed one by one. A digest is over
 * the nonce that the message names, which it must prove to be the next; so it holds whatever is executed in between.
 */
export class DigestAhead {
  private readonly digests: MessageDigests
  private readonly present = new Uint8Array(rows)
  private readonly place: SlotPlace = { shard: 0, conversation: 0, member: 0, nonceLow: 0, nonceHigh: 0 }
  /** Position of the first message prepared, and how many are. */
  private first = 0
  private count = 0
  private readonly lane: Lane
  private readonly entries: EntryConsumer
  private readonly halves: Uint16Array

  constructor(chainId: bigint, lane: Lane, entries: EntryConsumer, halves: Uint16Array) {
    this.digests = new MessageDigests(chainId, rows)
    this.lane = lane
    this.entries = entries
    this.halves = halves
  }

  /** Hands the digest of the message at the head to the executor, if it could be worked out. */
  provide(): void {
    let row = (this.entries.position - this.first) >>> 0
    if (row >= this.count) {
      this.prepare()
      row = 0
    }
    if (this.present[row] === 1) this.lane.messages.give(this.digests.digests, row * chunkWords)
  }

  /** Forgets what was prepared. */
  reset(): void {
    this.count = 0
  }

  private prepare(): void {
    const { entries, digests } = this
    this.first = entries.position
    this.count = 0
    for (let word = entries.message(0); word >= 0 && this.count < rows; word = entries.message(this.count)) {
      this.present[this.count] = this.write(this.count, word) ? 1 : 0
      this.count += 1
    }
    digests.hash(this.count)
  }

  /** @returns false when the conversation does not exist yet. */
  private write(row: number, word: number): boolean {
    const { words } = this.entries
    const { place, digests } = this
    loadPlace(words, this.halves, word, place)
    const conversations = this.lane.conversationsOf(place.shard)
    if (conversations === undefined || place.conversation >= conversations.count) return false
    const page = conversations.records.page(place.conversation)
    const record = conversations.records.word(place.conversation)
    digests.write(row, page, record, place.member, place.nonceLow, place.nonceHigh)
    loadDigestRow(words, word, digests.rows, MessageDigests.word(row))
    return true
  }
}
