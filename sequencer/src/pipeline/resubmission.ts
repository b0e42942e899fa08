import { createHash } from 'node:crypto'
import { entriesOf, type Outcome, type RecordEntry } from '@parley/execution'
import {
  CodedError,
  type Journal,
  type JournalPosition,
  type SignedMessage,
  SignedMessageType,
  type SignedOperation,
  SignedOperationType,
  TransitionError,
} from '@parley/protocol'
import { type Clock, firstOf } from '@parley/runtime'
import type { Logger } from 'pino'
import { decodeRecord } from '../chain/journal-records.ts'
import type { Intake } from '../ingress/intake.ts'
import type { Receipts } from '../ingress/receipts.ts'
import type { Metrics } from '../metrics.ts'
import type { FallenEntry } from '../store/fallen-entries.ts'
import type { Offered, VoidedRange, VoidStore } from '../store/void-store.ts'
import { liveRecords } from './live-records.ts'

export interface ResubmissionDeps {
  readonly journal: Journal
  readonly voids: VoidStore
  readonly intake: Intake
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'offeredAgain'>
}

/** Entries after which progress is written. */
const chunkEntries = 4_096
/** Entries of one call: what the smallest queue of a lane holds. */
const callEntries = 64
/** Milliseconds after which a call that was refused for want of room is made again at the latest. */
const roomMs = 100

interface Entry extends RecordEntry {
  readonly id: string
}

interface Chunk {
  readonly entries: readonly Entry[]
  readonly next: JournalPosition
}

/**
 * Offers the entries that removals voided to the new lineage, in the order they were accepted in. Meanwhile nobody else's
 * are taken. What the new state refuses has fallen: it is counted, stored and logged.
 */
export class Resubmission {
  private readonly deps: ResubmissionDeps

  constructor(deps: ResubmissionDeps) {
    this.deps = deps
    deps.intake.reserved = this.unfinished
  }

  /** Some entries were not offered yet. */
  get unfinished(): boolean {
    return this.deps.voids.ranges.some(({ offered }) => !offered.done)
  }

  /** Offers what is left; ends early when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { voids, intake } = this.deps
    try {
      // A later removal voided what came before the rest of an earlier range.
      for (let ordinal = voids.ranges.length - 1; ordinal >= 0; ordinal -= 1) await this.offerRange(ordinal, signal)
      intake.reserved = false
    } catch (error) {
      const stopping = error instanceof CodedError && error.fault.code === 'STOPPING'
      if (!signal.aborted && !stopping) throw error
    }
  }

  private async offerRange(ordinal: number, signal: AbortSignal): Promise<void> {
    const { journal, voids, log } = this.deps
    const range = voids.ranges[ordinal] as VoidedRange
    let { offered } = range
    // What was accepted after progress was written last was offered already.
    let already = offered.done ? new Set<string>() : await this.acceptedSince(offered.journalEnd)
    while (!offered.done) {
      const chunk = await this.chunkOf(ordinal, offered.next, range.to)
      const fallen = await this.offer(
        chunk.entries.filter(({ id }) => !already.has(id)),
        signal,
      )
      const refused = fallen.length
      already = new Set()
      offered = {
        next: chunk.next,
        journalEnd: journal.next,
        kept: offered.kept + BigInt(chunk.entries.length - refused),
        fallen: offered.fallen + BigInt(refused),
        done: chunk.next === range.to,
      }
      await voids.offer(ordinal, offered, fallen)
      this.count(chunk.entries.length - refused, refused)
    }
    tellEnd(log, range, offered)
  }

  private count(kept: number, fallen: number): void {
    const { offeredAgain } = this.deps.metrics
    offeredAgain.inc({ outcome: 'kept' }, kept)
    offeredAgain.inc({ outcome: 'fallen' }, fallen)
  }

  /** Entries in the journal from a position on, as far as they count. */
  private async acceptedSince(from: JournalPosition): Promise<Set<string>> {
    const { journal, voids } = this.deps
    const ids = new Set<string>()
    for await (const { position, record } of liveRecords(journal, voids.ranges, from))
      for (const { id } of entriesIn(record, position)) ids.add(id)
    return ids
  }

  private async chunkOf(ordinal: number, from: JournalPosition, to: JournalPosition): Promise<Chunk> {
    const { journal, voids } = this.deps
    const entries: Entry[] = []
    for await (const { position, record } of liveRecords(journal, voids.ranges.slice(0, ordinal), from, to)) {
      entries.push(...entriesIn(record, position))
      if (entries.length >= chunkEntries) return { entries, next: position + 1n }
    }
    return { entries, next: to }
  }

  /** @returns what was refused, and why. */
  private async offer(entries: readonly Entry[], signal: AbortSignal): Promise<FallenEntry[]> {
    const offers: { readonly entries: readonly Entry[]; readonly receipts: Promise<Receipts> }[] = []
    for (const part of partsOf(entries)) {
      const { receipts } = await this.submit(part, signal)
      // Awaited below, in their order; a failure is not lost.
      receipts.catch(() => undefined)
      offers.push({ entries: part, receipts })
    }
    const fallen: FallenEntry[] = []
    for (const { entries: part, receipts } of offers)
      for (const [i, outcome] of (await receipts).outcomes().entries())
        if (!outcome.accepted) {
          const entry = part[i] as Entry
          this.tellFallen(entry, outcome)
          fallen.push({ ...entry, fault: new TransitionError(outcome.fault).toJSON() })
        }
    return fallen
  }

  /** Waits until there is room; what was submitted is answered in its own time. */
  private async submit(part: readonly Entry[], signal: AbortSignal): Promise<{ readonly receipts: Promise<Receipts> }> {
    const { intake, clock } = this.deps
    while (true) {
      try {
        return { receipts: intake.offerAgain(contentOf(part)) }
      } catch (error) {
        if (!(error instanceof CodedError && error.fault.code === 'OVERLOADED')) throw error
      }
      const timer = new AbortController()
      const waited = clock.sleep(roomMs, timer.signal)
      // Called off below when something was answered first.
      waited.catch(() => undefined)
      try {
        await firstOf([intake.roomAgain(), waited], signal)
      } finally {
        timer.abort()
      }
    }
  }

  private tellFallen({ id, kind, bytes }: Entry, outcome: Outcome & { readonly accepted: false }): void {
    const { fault } = outcome
    if (kind === 'operation') {
      this.deps.log.warn({ id, kind, fault }, 'an accepted entry fell with the removal')
      return
    }
    const { shard, conversation, member, nonce, content } = SignedMessageType.deserialize(bytes) as SignedMessage
    const said = { shard, conversation, member, nonce, content: Buffer.from(content).toString('hex') }
    this.deps.log.warn({ id, kind, ...said, fault }, 'an accepted entry fell with the removal')
  }
}

function tellEnd(log: Logger, { block, offered: before }: VoidedRange, { kept, fallen }: Offered): void {
  if (!before.done) log.warn({ standing: block, kept, fallen }, 'all voided entries were offered to the new lineage')
}

/** SHA-256 of an entry's bytes as they were signed and sent names it. */
function entriesIn(bytes: Uint8Array, position: JournalPosition): Entry[] {
  const record = decodeRecord(bytes, position)
  if (record.kind !== 'entries') return []
  return entriesOf(record.entries).map((entry) => ({
    ...entry,
    id: createHash('sha256').update(entry.bytes).digest('hex'),
  }))
}

/** Runs of messages, and operations one by one. */
function* partsOf(entries: readonly Entry[]): Generator<readonly Entry[]> {
  let messages: Entry[] = []
  for (const entry of entries) {
    if (entry.kind === 'message') messages.push(entry)
    if (messages.length > 0 && (entry.kind === 'operation' || messages.length === callEntries)) {
      yield messages
      messages = []
    }
    if (entry.kind === 'operation') yield [entry]
  }
  if (messages.length > 0) yield messages
}

function contentOf(part: readonly Entry[]): Parameters<Intake['offerAgain']>[0] {
  const [first] = part
  if (first?.kind === 'operation') return { operation: SignedOperationType.deserialize(first.bytes) as SignedOperation }
  return { messages: Buffer.concat(part.map(({ bytes }) => bytes)) }
}
