import { createHash } from 'node:crypto'
import { JournalError, type JournalPosition, sameBytes } from '@parley/protocol'
import { decodeMessage, type LeaveMessage, type RecordsMessage, type TermMessage } from './message.ts'

/** What a reader makes of a message: records count, a term begins, its leader leaves, or it is skipped. */
export type Reading = RecordsMessage | TermMessage | LeaveMessage | { readonly kind: 'skipped' }

/** Where a reader stands in the stream; what the messages up to there make. */
export interface Place {
  /** Sequence number of the last message read, from 1; 0 before the first. */
  readonly sequence: number
  readonly term: bigint
  /** Name of the replica that began the term; empty before the first. */
  readonly leader: string
  /** Position of the next record. */
  readonly next: JournalPosition
  /** Of all valid messages: 32 bytes. */
  readonly digest: Uint8Array
  /** SHA-256 of each message from the last one on that names what is before it; from the first when there is none. */
  readonly unbound: readonly Uint8Array[]
}

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return Uint8Array.from(hash.digest())
}

export const beginning: Place = { sequence: 0, term: 0n, leader: '', next: 0n, digest: new Uint8Array(32), unbound: [] }

/**
 * The readers' rule: records count when they are of the current term and name the digest of all before them; a term begins when
 * it is the current one and 1. Everything else is skipped. What counts follows from the messages alone.
 */
export class StreamHistory {
  place: Place
  /** Messages skipped since it was made. */
  skipped = 0
  #left: bigint | undefined

  constructor(place: Place) {
    this.place = place
  }

  /** Whether the leader of this term was read to append nothing more; forgotten by the next start. */
  get isLeft(): boolean {
    return this.#left === this.place.term
  }

  /**
   * Takes the message after the last one.
   * @throws {JournalError} `JOURNAL_FORKED` when the leader of this term left a position out
   */
  read(bytes: Uint8Array): Reading {
    const message = decodeMessage(bytes)
    const { place } = this
    const sequence = place.sequence + 1
    if (message?.kind === 'term' && message.term === place.term + 1n) {
      const unbound = [...place.unbound, sha256(bytes)]
      const { term, replica: leader } = message
      this.place = { ...place, sequence, unbound, term, leader, digest: sha256(place.digest, bytes) }
      return message
    }
    if (message?.kind === 'records' && message.term === place.term && sameBytes(message.previous, place.digest)) {
      if (message.first !== place.next)
        throw new JournalError({
          code: 'JOURNAL_FORKED',
          sequence: BigInt(sequence),
          reason: `its first record is ${message.first}, and ${place.next} comes next`,
        })
      const next = place.next + BigInt(message.records.length)
      const digest = sha256(bytes)
      this.place = { ...place, sequence, next, digest, unbound: [digest] }
      return message
    }
    this.place = { ...place, sequence, unbound: [...place.unbound, sha256(bytes)] }
    if (message?.kind === 'leave' && message.term === place.term && sameBytes(message.previous, place.digest)) {
      this.#left = message.term
      return message
    }
    this.skipped += 1
    return { kind: 'skipped' }
  }

  /**
   * Compares what a stream has now with what was read, back to a message that names what is before it.
   * @param at - gives the message of a sequence number; undefined when the stream has none there
   * @throws {JournalError} `JOURNAL_FORKED`
   */
  async compare(at: (sequence: number) => Promise<Uint8Array | undefined>): Promise<void> {
    const { sequence, unbound } = this.place
    for (const [index, hash] of unbound.entries()) {
      const place = sequence - unbound.length + 1 + index
      const bytes = await at(place)
      if (bytes !== undefined && sameBytes(sha256(bytes), hash)) continue
      const reason =
        bytes === undefined ? 'the stream has no message there any more' : 'it is not the message that was read'
      throw new JournalError({ code: 'JOURNAL_FORKED', sequence: BigInt(place), reason })
    }
  }
}
