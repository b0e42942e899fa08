import type { Random } from '../fuzz/random.ts'
import { type Appended, History } from './history.ts'
import type { Mistake } from './mistakes.ts'
import { Replica, type Witness } from './replica.ts'
import { Signer } from './signer.ts'
import { Stream } from './stream.ts'

/** How a rule was seen to be broken. */
export type Violation = 'double-signed' | 'acknowledged-lost' | 'signed-without-seal' | 'wrong-root' | 'stuck'

/** What happened in an interleaving, to show that the rules were put to the test. */
export interface Happened {
  led: number
  acknowledged: number
  signed: number
  displaced: number
  restored: number
  halted: number
}

const actions = [
  'deliver',
  'answer',
  'entry',
  'seal',
  'time-out',
  'read',
  'take-over',
  'signer-reads',
  'sign',
  'step-down',
  'crash',
  'signer-crash',
  'lose-disk',
  'restore',
] as const
/** How often an action is drawn, at least and at most, against the others. What is rare in life is rare here, and often left out. */
const weights: Record<(typeof actions)[number], readonly [least: number, most: number]> = {
  deliver: [6, 40],
  answer: [6, 40],
  entry: [4, 24],
  seal: [4, 16],
  'time-out': [0, 12],
  read: [8, 40],
  'take-over': [1, 6],
  'signer-reads': [2, 40],
  sign: [2, 20],
  'step-down': [0, 1],
  crash: [0, 1],
  'signer-crash': [0, 3],
  'lose-disk': [0, 3],
  restore: [0, 1],
}

/** Two replicas, a signer beside each, and a stream: one interleaving of what they do and of what befalls them. */
export class World implements Witness {
  readonly mistake: Mistake | undefined
  readonly happened: Happened = { led: 0, acknowledged: 0, signed: 0, displaced: 0, restored: 0, halted: 0 }
  readonly #random: Random
  readonly #stream = new Stream()
  readonly #replicas: readonly Replica[]
  readonly #signatures = new Map<number, number>()
  /** `id` of every record that was said to be durable. */
  readonly #acknowledged = new Set<number>()
  #violation: Violation | undefined
  #ids = 0

  constructor(random: Random, mistake: Mistake | undefined) {
    this.#random = random
    this.mistake = mistake
    this.#replicas = [0, 1].map((number) => new Replica(number, this.#stream, new Signer(), this))
  }

  /** @returns which rule was broken, if one was */
  run(steps: number): Violation | undefined {
    const drawn = this.#drawn()
    for (let step = 0; step < steps && this.#violation === undefined; step += 1) {
      const replica = this.#random.pick(this.#replicas)
      this.#act(this.#random.pick(drawn), replica)
    }
    for (const replica of this.#replicas) if (replica.halted) this.happened.halted += 1
    return this.#violation ?? this.#judge() ?? this.#settle()
  }

  nextId(): number {
    this.#ids += 1
    return this.#ids
  }

  acknowledged(record: Appended): void {
    this.happened.acknowledged += 1
    this.#acknowledged.add(record.id)
  }

  signed(block: number, root: number): void {
    this.happened.signed += 1
    if ((this.#signatures.get(block) ?? root) === root) this.#signatures.set(block, root)
    else this.#violation = 'double-signed'
  }

  led(): void {
    this.happened.led += 1
  }

  displaced(): void {
    this.happened.displaced += 1
  }

  /** Actions of this interleaving, each as often as it is drawn: every interleaving has rates of its own. */
  #drawn(): readonly (typeof actions)[number][] {
    return actions.flatMap((action) => {
      const [least, most] = weights[action]
      return Array(least + this.#random.below(most - least + 1)).fill(action)
    })
  }

  #act(action: (typeof actions)[number], replica: Replica): void {
    const random = this.#random
    if (action === 'deliver') this.#stream.deliver(random)
    else if (action === 'answer') this.#hear()
    else if (action === 'entry' || action === 'seal') replica.append(action)
    else if (action === 'time-out') replica.timeOut(random)
    else if (action === 'read') replica.read()
    else if (action === 'take-over') replica.takeOver()
    else if (action === 'signer-reads') replica.signer.read(this.#stream)
    else if (action === 'sign') replica.sign()
    else if (action === 'step-down') replica.stepDown()
    else if (action === 'crash') replica.crash()
    else if (action === 'lose-disk') replica.loseDisk()
    else if (action === 'restore') this.#restore()
    else if (this.mistake === 'forgetful-signer') replica.signer.forget()
  }

  #hear(): void {
    const answer = this.#stream.answered(this.#random)
    if (answer !== undefined) this.#replicas[answer.request.record.replica]?.hear(answer)
  }

  /**
   * An older copy of the stream comes back, once at most. It may lack acknowledged records, which are lost then; but no signed
   * header that a signer has not read, for two signers that saw two streams are beyond what the rules can hold.
   */
  #restore(): void {
    if (this.happened.restored > 0) return
    const kept = this.#random.below(this.#stream.records.length + 1)
    const known = (block: number): boolean => this.#replicas.every(({ signer }) => signer.roots.has(block))
    const lost = this.#stream.records.slice(kept)
    if (lost.some(({ kind, block }) => kind === 'seal' && this.#signatures.has(block) && !known(block))) return
    this.happened.restored = 1
    for (const { id } of lost) this.#acknowledged.delete(id)
    this.#stream.restore(kept)
    for (const replica of this.#replicas) {
      replica.unchecked = true
      replica.signer.unchecked = true
    }
  }

  #judge(): Violation | undefined {
    const history = new History()
    const valid = new Set<number>()
    const seals = new Map<number, number>()
    for (const record of this.#stream.records) {
      const reading = history.read(record)
      if (reading === 'wrong-root') return 'wrong-root'
      if (reading !== 'skipped') valid.add(record.id)
      if (reading === 'counts' && record.kind === 'seal') seals.set(record.block, record.value)
    }
    for (const id of this.#acknowledged) if (!valid.has(id)) return 'acknowledged-lost'
    if (this.happened.restored > 0) return undefined
    for (const [block, root] of this.#signatures) if (seals.get(block) !== root) return 'signed-without-seal'
    return undefined
  }

  /** All is well from here on: somebody must take over, be accepted and sign, unless an older copy of the stream made them halt. */
  #settle(): Violation | undefined {
    if (this.happened.restored > 0) return undefined
    const before = { ...this.happened }
    const [replica] = this.#replicas as [Replica]
    replica.crash()
    for (let turn = 0; turn < 2_000; turn += 1) {
      if (!replica.leading && turn % 100 === 0) replica.takeOver()
      replica.read()
      replica.append(turn % 2 === 0 ? 'entry' : 'seal')
      this.#stream.deliver(this.#random)
      this.#hear()
      replica.signer.read(this.#stream)
      replica.sign()
      const { acknowledged, signed } = this.happened
      if (acknowledged > before.acknowledged + 2 && signed > before.signed) {
        Object.assign(this.happened, before)
        return this.#violation ?? this.#judge()
      }
    }
    return 'stuck'
  }
}
