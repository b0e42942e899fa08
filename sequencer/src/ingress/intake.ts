import type { ExecutedBatch, Execution, OutcomeVisitor } from '@parley/execution'
import { type SignedOperation, signedMessageBytes, type TransitionFault } from '@parley/protocol'
import { type Clock, Pulse } from '@parley/runtime'
import type { Backpressure } from '../backpressure/backpressure.ts'
import { SequencerError } from '../faults.ts'
import type { LoadOptions } from '../options.ts'
import { type BlockHalves, halvesOf, Receipts } from './receipts.ts'

/** One request's entries until all are answered. */
interface Request {
  readonly receipts: Receipts
  readonly arrivedAt: number
  readonly resolve: (receipts: Receipts) => void
  readonly reject: (error: unknown) => void
  unanswered: number
}

/** Entries of a request that are, or will be, submitted under one ticket. */
interface Part {
  readonly request: Request
  /** Place of the part's first entry in the request. */
  readonly offset: number
  readonly entries: { readonly messages: Uint8Array } | { readonly operation: SignedOperation }
  unanswered: number
}

export interface IntakeDeps {
  readonly execution: Pick<Execution, 'submitMessages' | 'submitOperation'>
  /** Bytes not yet durable. */
  readonly journal: { readonly pendingBytes: number }
  readonly clock: Clock
  /** Says when there is more than can be published. */
  readonly backpressure: Pick<Backpressure, 'refusal' | 'took'>
  /** Told the milliseconds from arrival to answer of each request. */
  readonly onAnswered: (waitedMs: number) => void
}

/**
 * Hands entries to the lanes while a block is open, holds them otherwise, and answers a request when all its entries
 * are. Everything that waits is counted and bounded.
 */
export class Intake {
  /** Entries that came in and are not answered yet. */
  unanswered = 0
  /** Entries given to the lanes and not executed yet. */
  unexecuted = 0
  /** Entries that the open block may still be offered. */
  room = 0
  /** No block can be opened until the L2 moves: new entries are refused, those held keep waiting. */
  closed = false
  /** Entries of removed blocks come first: those of others are refused until they were offered. */
  reserved = false

  private readonly parts = new Map<number, Part>()
  private held: Part[] = []
  private nextTicket = 0
  private stopped: SequencerError | undefined
  private readonly answered = new Pulse()
  private readonly arrived: () => void

  private readonly answers = new AnswerWriter(
    (ticket) => this.parts.get(ticket),
    (part, ticket) => {
      const { request } = part
      part.unanswered -= 1
      if (part.unanswered === 0) this.parts.delete(ticket)
      request.unanswered -= 1
      this.unanswered -= 1
      if (request.unanswered > 0) return
      this.deps.onAnswered(this.deps.clock.elapsed() - request.arrivedAt)
      request.resolve(request.receipts)
    },
  )

  private readonly deps: IntakeDeps
  private readonly options: LoadOptions

  /** @param arrived - Called when entries are held: a block should be opened. */
  constructor(deps: IntakeDeps, options: LoadOptions, arrived: () => void) {
    this.deps = deps
    this.options = options
    this.arrived = arrived
  }

  /** Entries wait for a block to be opened. */
  get waiting(): boolean {
    return this.held.length > 0 || this.unexecuted > 0
  }

  /** Entries are held because the open block, or a lane, had no room. */
  get holding(): boolean {
    return this.held.length > 0
  }

  /**
   * Takes concatenated signed messages; resolves with their receipts once all are durable or refused.
   * @throws {SequencerError} `OVERLOADED`, `STOPPING`: nothing was taken.
   */
  submitMessages(messages: Uint8Array): Promise<Receipts> {
    return this.take({ messages }, this.refusal(messages.length / signedMessageBytes))
  }

  /** As `submitMessages`, for one operation. */
  async submitOperation(operation: SignedOperation): Promise<Receipts> {
    return await this.take({ operation }, this.refusal(1))
  }

  /** Takes entries that were accepted before and that a removal voided, also where others are refused for them. */
  offerAgain(entries: Part['entries']): Promise<Receipts> {
    return this.take(entries, this.stopped ?? this.overload(countOf(entries)))
  }

  /** What keeps `entries` more from being taken now; undefined when there is room. */
  refusal(entries: number): SequencerError | undefined {
    if (this.stopped !== undefined) return this.stopped
    if (this.reserved) return this.overloaded('removal')
    if (this.closed) return this.overloaded('opening')
    const retryAfterMs = this.deps.backpressure.refusal()
    return retryAfterMs === undefined ? this.overload(entries) : this.overloaded('publishing', retryAfterMs)
  }

  /** Resolves when something was answered: there may be room again. */
  roomAgain(): Promise<void> {
    return this.answered.next()
  }

  /** There may be room for other reasons than an answer. */
  lookAgain(): void {
    this.answered.beat()
  }

  /** A block is open: it takes what is held, and up to `room` entries in all. */
  open(room: number): void {
    this.room = room
    this.release()
  }

  /** No block is open: entries wait here. */
  hold(): void {
    this.room = 0
  }

  /** Submits what is held as far as there is room; call again when lanes have worked. */
  release(): void {
    while (this.room > 0) {
      const part = this.held[0]
      if (part === undefined) return
      const [fits, rest] = split(part, this.room)
      this.unanswered -= fits.unanswered
      const taken = this.submitHeld(fits)
      if (taken === 'later') {
        this.unanswered += fits.unanswered
        return
      }
      if (taken === 'never') this.unanswered -= rest?.unanswered ?? 0
      if (rest === undefined || taken === 'never') this.held.shift()
      else this.held[0] = rest
    }
  }

  /** Lanes executed `entries`. */
  executed(entries: number): void {
    this.unexecuted -= entries
    if (this.held.length > 0) this.release()
  }

  /** Outcomes that may be told: what they accept is durable. */
  answer(executed: Pick<ExecutedBatch, 'block' | 'visit'>): void {
    this.answers.begin(executed.block)
    executed.visit(this.answers)
    this.answered.beat()
  }

  /** Takes nothing more. */
  stop(fault: SequencerError): void {
    this.stopped ??= fault
    this.answered.beat()
  }

  /** Answers everything with `error`: its outcome is not known. */
  fail(error: SequencerError): void {
    this.stop(error)
    for (const { request } of [...this.parts.values(), ...this.held]) request.reject(error)
    this.parts.clear()
    this.held = []
    this.unanswered = 0
    this.answered.beat()
  }

  private overload(entries: number): SequencerError | undefined {
    const { maxUnanswered, maxJournalBytes } = this.options
    if (this.unanswered > 0 && this.unanswered + entries > maxUnanswered) return this.overloaded('entries')
    if (this.deps.journal.pendingBytes > maxJournalBytes) return this.overloaded('journal')
    return undefined
  }

  private overloaded(what: string, retryAfterMs = this.options.retryAfterMs): SequencerError {
    return new SequencerError({ code: 'OVERLOADED', what, retryAfterMs })
  }

  private take(content: Part['entries'], refusal: SequencerError | undefined): Promise<Receipts> {
    if (refusal !== undefined) throw refusal
    const entries = countOf(content)
    const { promise, resolve, reject } = Promise.withResolvers<Receipts>()
    const request: Request = {
      receipts: new Receipts(entries),
      arrivedAt: this.deps.clock.elapsed(),
      resolve,
      reject,
      unanswered: entries,
    }
    const part: Part = { request, offset: 0, entries: content, unanswered: entries }
    this.deps.backpressure.took(entries)
    if (this.held.length > 0 || this.room < entries) this.keep(part)
    else if (!this.submit(part)) throw this.overloaded('lanes')
    return promise
  }

  private keep(part: Part): void {
    this.held.push(part)
    this.unanswered += part.unanswered
    if (this.room > 0) this.release()
    this.arrived()
  }

  /** As `submit`; what lanes cannot take at all is refused to its sender and to nobody else. */
  private submitHeld(part: Part): 'taken' | 'later' | 'never' {
    try {
      return this.submit(part) ? 'taken' : 'later'
    } catch (error) {
      part.request.reject(error)
      return 'never'
    }
  }

  private submit(part: Part): boolean {
    const ticket = this.nextTicket
    const { entries } = part
    const taken =
      'messages' in entries
        ? this.deps.execution.submitMessages(entries.messages, ticket)
        : this.deps.execution.submitOperation(entries.operation, ticket)
    if (!taken) return false
    this.nextTicket = (ticket + 1) % 2 ** 32
    this.parts.set(ticket, part)
    this.unanswered += part.unanswered
    this.unexecuted += part.unanswered
    this.room -= part.unanswered
    return true
  }
}

function countOf(entries: Part['entries']): number {
  return 'messages' in entries ? entries.messages.length / signedMessageBytes : 1
}

/** The part's first `room` entries and the rest. */
function split(part: Part, room: number): [Part, Part | undefined] {
  if (part.unanswered <= room || !('messages' in part.entries)) return [part, undefined]
  const { request, offset, unanswered } = part
  const { messages } = part.entries
  const cut = room * signedMessageBytes
  return [
    { request, offset, entries: { messages: messages.subarray(0, cut) }, unanswered: room },
    { request, offset: offset + room, entries: { messages: messages.subarray(cut) }, unanswered: unanswered - room },
  ]
}

/** Writes outcomes into the receipts of their requests; entries of one ticket mostly follow one another. */
class AnswerWriter implements OutcomeVisitor {
  private block: BlockHalves = { low: 0, high: 0 }
  private ticket = -1
  private part: Part | undefined
  private readonly partOf: (ticket: number) => Part | undefined
  private readonly told: (part: Part, ticket: number) => void

  constructor(partOf: (ticket: number) => Part | undefined, told: (part: Part, ticket: number) => void) {
    this.partOf = partOf
    this.told = told
  }

  begin(block: bigint): void {
    this.block = halvesOf(block)
    this.ticket = -1
  }

  accepted(ticket: number, entry: number, positionLow: number, positionHigh: number): void {
    const part = this.find(ticket)
    if (part === undefined) return
    part.request.receipts.accept(part.offset + entry, this.block, positionLow, positionHigh)
    this.told(part, ticket)
  }

  refused(ticket: number, entry: number, fault: TransitionFault): void {
    const part = this.find(ticket)
    if (part === undefined) return
    part.request.receipts.refuse(part.offset + entry, fault)
    this.told(part, ticket)
  }

  private find(ticket: number): Part | undefined {
    if (ticket !== this.ticket) {
      this.ticket = ticket
      this.part = this.partOf(ticket)
    }
    return this.part
  }
}
