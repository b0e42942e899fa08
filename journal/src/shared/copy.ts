import { type Journal, JournalError, type JournalPosition, sameBytes } from '@parley/protocol'
import { type BytesLevel, checksummed, durable, keyOf, lazy, unchecksummed } from '@parley/runtime/level'
import { beginning, type Place, type Reading, StreamHistory } from './history.ts'
import type { RecordsMessage } from './message.ts'
import type { JournalStream } from './stream.ts'

const placeKey = keyOf('p')
const placeVersion = 1
const numbersBytes = 1 + 8 + 8 + 8 + 32

/** One replica's own copy of the stream: a local journal, and how far in the stream it reaches. */
export class JournalCopy {
  readonly local: Journal
  readonly history: StreamHistory
  /** Whether there was a place when it was opened: without one the local journal's records may never have been shared. */
  readonly hadPlace: boolean
  readonly #places: BytesLevel
  /** Up to where everything that was read is on the disk. */
  #kept: Place
  #keeping: Promise<unknown> = Promise.resolve()

  private constructor(local: Journal, places: BytesLevel, place: Place, hadPlace: boolean) {
    this.local = local
    this.hadPlace = hadPlace
    this.#places = places
    this.history = new StreamHistory(place)
    this.#kept = place
  }

  /**
   * @param local - holds what this replica read, and nothing else
   * @param places - holds nothing else; whoever opened it closes it
   * @throws {JournalError} `JOURNAL_FORKED` when the local journal has lost records, `JOURNAL_CORRUPT`
   */
  static async open(local: Journal, places: BytesLevel): Promise<JournalCopy> {
    await places.open()
    const stored = await places.get(placeKey)
    const place = stored === undefined ? beginning : decodePlace(stored)
    if (place.next > local.next)
      throw forked(place.sequence, `the local journal ends at ${local.next}, and had reached ${place.next}`)
    return new JournalCopy(local, places, place, stored !== undefined)
  }

  /** Compares what was read with what the stream has now. @throws {JournalError} `JOURNAL_FORKED`. @throws {Unanswered} */
  async compare(stream: JournalStream): Promise<void> {
    const next = this.history.place.sequence + 1
    const first = await stream.first()
    if (first > next) throw forked(next, `the stream begins at message ${first}: what was not read yet is gone`)
    await this.history.compare((sequence) => stream.at(sequence))
  }

  /**
   * Takes the next message; its records are on the local disk when it resolves. What was there before must be the same.
   * @throws {JournalError} `JOURNAL_FORKED`; faults of the local journal
   */
  async take(bytes: Uint8Array): Promise<Reading> {
    const reading = this.history.read(bytes)
    // More may be read before this is on the disk: a place must not reach further than the local journal does.
    const { place } = this.history
    const kept = Promise.all([this.#keeping, reading.kind === 'records' && this.#keep(reading)])
    this.#keeping = kept
    await kept
    this.#kept = place
    // Lazily: a place that is behind the local journal makes the next start compare more. What is skipped would be written
    // again and again until a leader's word.
    // A term is the first of what counts: from it on it is known that the records here are shared.
    if (reading.kind === 'records' || reading.kind === 'term')
      await this.#writePlace(reading.kind === 'term' ? durable : lazy)
    return reading
  }

  /** Forgets records of the local journal. */
  async prune(before: JournalPosition): Promise<void> {
    // A place that a loss of power takes back behind what is forgotten could not be gone on from.
    await this.#writePlace(durable)
    await this.local.prune(before)
  }

  async #writePlace(how: typeof lazy | typeof durable): Promise<void> {
    await this.#places.batch([{ type: 'put', key: placeKey, value: encodePlace(this.#kept) }], how)
  }

  async #keep({ first, records }: RecordsMessage): Promise<void> {
    const known = Number(this.local.next - first)
    if (known > 0) await this.#assertSame(first, records.slice(0, known))
    const added = records.slice(Math.max(0, known))
    if (added.length > 0) await this.local.append(added)
  }

  async #assertSame(first: bigint, records: readonly Uint8Array[]): Promise<void> {
    let index = 0
    for await (const { position, record } of this.local.read(first)) {
      if (!sameBytes(record, records[index] as Uint8Array))
        throw forked(this.history.place.sequence, `record ${position} is another than the local journal has`)
      index += 1
      if (index === records.length) return
    }
  }
}

export function forked(sequence: number, reason: string): JournalError {
  return new JournalError({ code: 'JOURNAL_FORKED', sequence: BigInt(sequence), reason })
}

function encodePlace({ sequence, term, leader, next, digest, unbound }: Place): Uint8Array {
  const headBytes = numbersBytes + 1 + leader.length
  const bytes = new Uint8Array(headBytes + 32 * unbound.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = placeVersion
  view.setBigUint64(1, BigInt(sequence))
  view.setBigUint64(9, term)
  view.setBigUint64(17, next)
  bytes.set(digest, 25)
  bytes[numbersBytes] = leader.length
  bytes.set(new TextEncoder().encode(leader), numbersBytes + 1)
  for (const [index, hash] of unbound.entries()) bytes.set(hash, headBytes + 32 * index)
  return checksummed(placeKey, bytes)
}

function decodePlace(stored: Uint8Array): Place {
  const bytes = unchecksummed(placeKey, stored)
  const headBytes = numbersBytes + 1 + (bytes?.[numbersBytes] ?? 0)
  if (bytes === undefined || bytes[0] !== placeVersion || (bytes.length - headBytes) % 32 !== 0)
    throw new JournalError({ code: 'JOURNAL_CORRUPT', position: 0n, reason: 'the place in the stream is damaged' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const unbound: Uint8Array[] = []
  for (let offset = headBytes; offset < bytes.length; offset += 32) unbound.push(bytes.slice(offset, offset + 32))
  return {
    sequence: Number(view.getBigUint64(1)),
    term: view.getBigUint64(9),
    leader: new TextDecoder().decode(bytes.subarray(numbersBytes + 1, headBytes)),
    next: view.getBigUint64(17),
    digest: bytes.slice(25, numbersBytes),
    unbound,
  }
}
