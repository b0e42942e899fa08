import type { Random } from '../fuzz/random.ts'
import { type Appended, History, type Reading } from './history.ts'
import type { Mistake } from './mistakes.ts'
import type { Signer } from './signer.ts'
import type { Answer, Stream } from './stream.ts'

/** What replicas tell the world, which judges them. */
export interface Witness {
  readonly mistake: Mistake | undefined
  nextId(): number
  acknowledged(record: Appended): void
  signed(block: number, root: number): void
  led(): void
  displaced(): void
}

interface Pending {
  readonly record: Appended
  /** Once it is durable. */
  readonly after: History
}

/** A sequencer with its local journal: stands by, takes over, leads, steps down, by the six rules or with one mistake. */
export class Replica {
  readonly signer: Signer
  halted = false
  leading = false
  /** A new connection: the local journal must be compared with the stream first. */
  unchecked = true
  #local: Appended[] = []
  /** Valid seal records among them. */
  #seals: Appended[] = []
  /** Blocks whose signature is stored beside it. */
  readonly #signed = new Set<number>()
  #history = new History()
  /** Appends under way, the oldest first; at most one. */
  #pending: Pending[] = []
  #takeover: Appended | undefined
  readonly #number: number
  readonly #stream: Stream
  readonly #witness: Witness

  constructor(number: number, stream: Stream, signer: Signer, witness: Witness) {
    this.#number = number
    this.#stream = stream
    this.signer = signer
    this.#witness = witness
  }

  /** Reads the next record, as every replica does that does not lead. */
  read(): void {
    if (!this.#ready() || this.leading) return
    const record = this.#stream.records[this.#history.position]
    if (record === undefined) return
    const reading = this.#take(record)
    if (record !== this.#takeover) return
    this.#takeover = undefined
    if (reading === 'term') this.#lead()
  }

  /** Sends its term record, without an expectation; again, when no answer came. */
  takeOver(): void {
    if (!this.#ready() || this.leading) return
    this.#takeover ??= this.#record('term', { term: this.#history.term + 1, previous: 0, block: 0, value: 0 })
    this.#stream.send(this.#takeover)
  }

  /** A leader appends an entry or the end of the open block, if nothing is under way; or sends again what is. */
  append(kind: 'entry' | 'seal'): void {
    if (!this.#ready() || !this.leading) return
    const most = this.#witness.mistake === 'pipelined-appends' ? 4 : 1
    if (this.#pending.length < most) this.#append(kind)
    else this.#send()
  }

  /** No answer came: the same append again, under the same expectation. */
  timeOut(random: Random): void {
    const [oldest] = this.#pending
    if (!this.#ready() || oldest === undefined) return
    if (this.#witness.mistake === 'deciding-by-tail' && this.#stream.tail(random) > this.#history.position) {
      this.#durable(oldest.record)
    } else this.#send()
  }

  hear(answer: Answer): void {
    const { record } = answer.request
    if (!this.#ready() || record.replica !== this.#number) return
    if (record === this.#takeover) this.#hearOfTakeover(answer)
    else if (this.#pending.some((pending) => pending.record === record)) {
      if (answer.appended) this.#durable(record)
      else if (record === this.#pending[0]?.record) this.#refused()
    }
  }

  /** Asks the signer beside it for the oldest header whose signature it has not. */
  sign(): void {
    if (!this.#ready() || !this.leading) return
    const record = this.#seals.find(({ block }) => !this.#signed.has(block))
    if (record === undefined || !this.signer.sign(record.block, record.value)) return
    this.#signed.add(record.block)
    this.#witness.signed(record.block, record.value)
  }

  /** What is in memory is gone; it begins from the local journal. */
  crash(): void {
    this.leading = false
    this.#pending = []
    this.#takeover = undefined
    this.halted = false
    this.unchecked = true
    const records = this.#local
    this.#local = []
    this.#seals = []
    this.#history = new History()
    for (const record of records) this.#take(record)
  }

  /** The host's disk is gone, the signer's is not. */
  loseDisk(): void {
    this.#local = []
    this.#signed.clear()
    this.crash()
  }

  stepDown(): void {
    if (!this.leading) return
    this.leading = false
    this.#pending = []
  }

  #append(kind: 'entry' | 'seal'): void {
    const before = this.#pending.at(-1)?.after ?? this.#history
    const { term, digest, root, sealed } = before
    const seals = kind === 'seal'
    const value = seals ? root : this.#witness.nextId()
    const record = this.#record(kind, { term, previous: digest, block: seals ? sealed + 1 : 0, value })
    this.#pending.push({ record, after: before.after(record) })
    this.#stream.send(record, this.#history.position + this.#pending.length - 1)
    if (seals && this.#witness.mistake === 'early-signature' && this.signer.signEarly(record.block, root))
      this.#witness.signed(record.block, root)
  }

  #send(): void {
    for (const [index, { record }] of this.#pending.entries()) this.#stream.send(record, this.#history.position + index)
  }

  #durable(record: Appended): void {
    this.#witness.acknowledged(record)
    if (record !== this.#pending[0]?.record) {
      this.#pending = this.#pending.filter((pending) => pending.record !== record)
      return
    }
    this.#pending.shift()
    this.#take(record)
  }

  /** Somebody else's record is where the oldest append should be: what is served there tells whose. */
  #refused(): void {
    const [oldest] = this.#pending
    const record = this.#stream.records[this.#history.position]
    if (oldest === undefined || record === undefined) return
    if (record === oldest.record) this.#durable(record)
    else if (this.#take(record) === 'skipped') this.#send()
    else {
      this.#witness.displaced()
      this.stepDown()
    }
  }

  #hearOfTakeover(answer: Answer): void {
    if (this.#witness.mistake !== 'unread-takeover' || !answer.appended) return
    const record = this.#takeover as Appended
    Object.assign(this.#history, {
      position: answer.place + 1,
      term: record.term,
      last: record.id,
      lastRead: record.id,
    })
    this.#local.push(record)
    this.#takeover = undefined
    this.#lead()
  }

  #lead(): void {
    this.leading = true
    this.#witness.led()
  }

  #take(record: Appended): Reading {
    const reading = this.#history.read(record)
    this.#local.push(record)
    if (reading === 'wrong-root') this.halted = true
    else if (reading === 'counts' && record.kind === 'seal') this.#seals.push(record)
    return reading
  }

  /** A replica with a new connection compares first, and halts if the stream is not the one it knows. */
  #ready(): boolean {
    if (this.unchecked && !this.halted) {
      this.unchecked = false
      if (this.#witness.mistake !== 'no-comparison' && !this.#history.agrees(this.#stream.records)) this.halted = true
    }
    return !this.halted
  }

  #record(kind: Appended['kind'], rest: Pick<Appended, 'term' | 'previous' | 'block' | 'value'>): Appended {
    return { id: this.#witness.nextId(), kind, replica: this.#number, ...rest }
  }
}
