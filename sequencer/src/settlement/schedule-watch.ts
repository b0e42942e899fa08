import {
  type Bytes20,
  CodedError,
  type FeeParameters,
  knownRules,
  type Schedule,
  type SettlementEvent,
  type SettlementReader,
  sameBytes,
  sequencerAt,
  toHex,
  unknownRules,
} from '@parley/protocol'
import type { Logger } from 'pino'
import { SequencerError } from '../faults.ts'

export interface ScheduleDeps {
  readonly settlement: Pick<SettlementReader, 'schedule'>
  readonly fees: FeeParameters
  /** Address of the key that signs headers. */
  readonly sequencer: Bytes20
  /** Last block that is claimed. */
  readonly claimed: () => bigint
  readonly log: Logger
}

/** Events after which the schedule may be another one. */
const changing: ReadonlySet<SettlementEvent['kind']> = new Set(['key', 'rules', 'rules withdrawn', 'rollback'])

/** Keys and rules as the L2 has them, read anew when the L2 told of a change. */
export class ScheduleWatch {
  private schedule: Schedule
  private stale = false
  private waits = false
  private readonly deps: ScheduleDeps

  private constructor(deps: ScheduleDeps, schedule: Schedule) {
    this.deps = deps
    this.schedule = schedule
  }

  static async open(deps: ScheduleDeps, signal: AbortSignal): Promise<ScheduleWatch> {
    const watch = new ScheduleWatch(deps, await deps.settlement.schedule(signal))
    watch.tellAnnounced()
    return watch
  }

  /** Is told what happened on the L2. */
  took(events: readonly SettlementEvent[]): void {
    this.stale ||= events.some(({ kind }) => changing.has(kind))
  }

  /** Whether this key has signed its last header, and blocks are still to be claimed, which nobody else has. */
  get waitsForClaims(): boolean {
    return this.waits
  }

  /**
   * Demands that this program knows the rules of a block, and that its header is for this key to sign.
   * @returns false while it is for another key, which can begin only when everything before it is claimed.
   * @throws {SequencerError} `RULES_UNKNOWN`, `KEY_ENDED`.
   */
  async mayOpen(number: bigint, timestamp: bigint, signal: AbortSignal): Promise<boolean> {
    if (this.stale) await this.read(signal)
    const unknown = unknownRules(this.schedule.rules, this.deps.fees)
    if (unknown !== undefined && timestamp >= unknown.from)
      throw new SequencerError({
        code: 'RULES_UNKNOWN',
        block: number,
        from: unknown.from,
        rules: unknown.number,
        known: knownRules,
      })
    const { sequencer, claimed, log } = this.deps
    const { key, from } = sequencerAt(this.schedule.keys, number)
    const ends = !sameBytes(key, sequencer)
    const waits = ends && claimed() + 1n < number
    if (waits && !this.waits)
      log.warn({ from, key: toHex(key), claimed: claimed() }, 'another key signs on when all is claimed')
    this.waits = waits
    if (ends && !waits)
      throw new SequencerError({ code: 'KEY_ENDED', block: number, from, expected: key, received: sequencer })
    return !ends
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      this.schedule = await this.deps.settlement.schedule(signal)
    } catch (error) {
      if (!(error instanceof CodedError && error.meaning.retry === 'later')) throw error
      // Announced long before: until the L2 answers again the schedule read last holds.
      this.deps.log.warn({ err: error }, 'keys and rules cannot be read from the L2')
      return
    }
    this.stale = false
    this.tellAnnounced()
  }

  /** From the announcement on a person can see what is to come. */
  private tellAnnounced(): void {
    const { fees, sequencer, log } = this.deps
    const { keys, rules } = this.schedule
    const other = keys.findLast(({ key }) => sameBytes(key, sequencer))
    const next = keys.find(({ from }) => other !== undefined && from > other.from)
    if (next !== undefined)
      log.warn({ from: next.from, key: toHex(next.key) }, 'another key signs headers from this block on')
    const unknown = unknownRules(rules, fees)
    if (unknown !== undefined)
      log.warn(
        { from: unknown.from, rules: unknown.number, known: knownRules },
        'RULES_UNKNOWN: rules are announced that this version does not know; it stops at their time',
      )
  }
}
