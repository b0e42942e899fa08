import type { EntryConsumer } from '../rings/entry-ring.ts'
import { DigestBatch, digestRows } from './digest-batch.ts'
import type { Lane } from './lane.ts'

/** Digests of the messages at the head of the ring. */
export class DigestAhead {
  private readonly digests: DigestBatch
  /** Position of the first message prepared, and how many are. */
  private first = 0
  private count = 0
  private readonly lane: Lane
  private readonly entries: EntryConsumer

  constructor(chainId: bigint, lane: Lane, entries: EntryConsumer, halves: Uint16Array) {
    this.digests = new DigestBatch(chainId, entries.words, halves, (shard) => lane.conversationsOf(shard))
    this.lane = lane
    this.entries = entries
  }

  /** Hands the digest of the message at the head to the executor, if it could be worked out. */
  provide(): void {
    let row = (this.entries.position - this.first) >>> 0
    if (row >= this.count) {
      this.prepare()
      row = 0
    }
    this.digests.give(row, this.lane.messages)
  }

  /** Forgets what was prepared. */
  reset(): void {
    this.count = 0
  }

  private prepare(): void {
    const { entries, digests } = this
    this.first = entries.position
    this.count = 0
    for (let word = entries.message(0); word >= 0 && this.count < digestRows; word = entries.message(this.count)) {
      digests.write(this.count, word)
      this.count += 1
    }
    digests.hash(this.count)
  }
}
