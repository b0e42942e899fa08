import { type Bytes32, CodedError, type DataPlace, fromSeconds, sameBytes } from '@parley/protocol'
import { type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import { askedAfter } from '../answers/rounds-left.ts'
import type { AbsentClaim } from '../derive/absent-claims.ts'
import type { L2Contact } from '../l2/contact.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord, L2Summary } from '../l2/l2-records.ts'
import { type Question, samePlace } from '../l2/question-log.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { ClaimContester } from './contester.ts'
import { turnOf } from './turn.ts'
import { costOfPlaces } from './whole-way.ts'

export interface DataChallengerDeps {
  readonly contester: ClaimContester
  readonly l2: L2Log
  readonly contact: L2Contact
  /** Claims whose data is not there. */
  readonly absent: (signal: AbortSignal) => Promise<readonly AbsentClaim[]>
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
}

export interface DataChallengerOptions {
  readonly challengeSpreadMs: number
  readonly challengeBudget: bigint
  /** Milliseconds of L2 time that a claim's data may be absent before it is asked for. */
  readonly challengeAfterMs: number
  readonly lookEveryMs: number
}

/** What was sent is sent again when the L2 has not told of it for so long. */
const againAfterMs = 60_000
/** Looks after which what was refused is sent again. */
const looksWhenRefused = 5
/** An absence passes by itself that this process has known for less than the first, and none that it has known for the second. */
const shortestAbsenceMs = 1_000
const longestPassingMs = 60_000
/** Places that one transaction asks for: some 1 M gas. */
const placesAtOnce = 32

/**
 * Asks for withheld data on the L2, round by round, takes back claims that are not answered and gets deposits back of claims
 * that fell. What was asked and answered is read off the L2 each time, so nothing is stored and a reorganisation changes nothing.
 */
export class DataChallenger {
  private readonly deps: DataChallengerDeps
  private readonly options: DataChallengerOptions
  /** What this process does not send, and until when. */
  private readonly held = new Map<string, number>()
  private readonly refunded = new Set<string>()
  /** Claims that owe this account an answer, and those of which it was counted what became of them; the hex of their hashes. */
  private awaited: ReadonlySet<string> = new Set()
  private readonly counted = new Set<string>()
  /** Why a claim's data is not asked for, by the hex of its hash. */
  private readonly short = new Map<string, string>()
  /** Wei that the way of the claims before takes at most, of those that are asked for in one look. */
  private committed = 0n

  constructor(deps: DataChallengerDeps, options: DataChallengerOptions) {
    this.deps = deps
    this.options = options
  }

  /** Why data is not asked for that should be. */
  get unreadyBecause(): string | undefined {
    return this.short.values().next().value
  }

  /** Runs until the signal aborts. @throws what is no coded fault. */
  async run(signal: AbortSignal): Promise<void> {
    const { l2, contact, clock } = this.deps
    while (!signal.aborted) {
      const { summary } = l2
      if (contact.caughtUp && summary !== undefined) {
        const questions = await l2.asked()
        await this.askForAll(summary, questions, signal)
        await this.takeBackAll(summary, questions, signal)
        await this.countGone(questions)
        await this.refundAll(summary, questions, signal)
      }
      await pause(clock, this.options.lookEveryMs, signal)
    }
  }

  private async askForAll(summary: L2Summary, questions: readonly Question[], signal: AbortSignal): Promise<void> {
    const due = (await this.deps.absent(signal)).filter((absent) => this.isDue(summary, absent))
    const keys = new Set(due.map(({ record }) => hex(record.hash)))
    for (const key of this.short.keys()) if (!keys.has(key)) this.short.delete(key)
    this.committed = 0n
    for (const absent of due) {
      const { record } = absent
      const refused = () => this.deps.metrics.dataChallenges.inc({ outcome: 'refused' })
      const failed = { message: 'data is not asked for', refused }
      await this.attempt(`ask ${hex(record.hash)}`, record.claim.number, failed, signal, () =>
        this.askFor(questions, absent, signal),
      )
    }
  }

  /** Whether it is time: early enough for three rounds, and not for an absence that passes by itself. */
  private isDue({ time }: L2Summary, { record, absentMs }: AbsentClaim): boolean {
    const { claimedAt, windows } = record.claim
    const after = askedAfter(windows, this.options.challengeAfterMs) * 1_000
    const from = fromSeconds(claimedAt) + BigInt(after + this.turn(record.hash))
    return time >= from && absentMs >= Math.min(Math.max(after, shortestAbsenceMs), longestPassingMs)
  }

  /** Asks for what is missing next. */
  private async askFor(
    questions: readonly Question[],
    { record, known, atMost }: AbsentClaim,
    signal: AbortSignal,
  ): Promise<void> {
    const { contester, log, metrics } = this.deps
    const { claim, hash } = record
    const asked = questions.filter((each) => sameBytes(each.hash, hash))
    const { missing } = await known()
    const open = missing.filter(
      (place) => !asked.some((each) => samePlace(each.place, place)) && !this.isHeld(keyOf('ask', hash, place)),
    )
    // What was begun is gone on with as long as it can be paid.
    const isBegun = asked.some((each) => this.isOwn(each))
    const remaining = missing.length === 0 ? 0 : isBegun ? open.length : Math.max(open.length, atMost - asked.length)
    if (open.length === 0) {
      this.committed += await costOfPlaces(contester, remaining, signal)
      return
    }
    if (await this.isShort(record, remaining, signal)) return
    for (let from = 0; from < open.length; from += placesAtOnce) {
      const places = open.slice(from, from + placesAtOnce)
      const outcome = await contester.askFor(claim, places, signal)
      if (outcome === 'late') {
        metrics.dataChallenges.inc({ outcome }, open.length - from)
        log.fatal({ claim: claim.number, places: open.length }, 'DATA OF A CLAIM IS ABSENT, AND IT IS TOO LATE TO ASK')
        this.hold(`ask ${hex(hash)}`, againAfterMs)
        return
      }
      for (const place of places) this.hold(keyOf('ask', hash, place), againAfterMs)
      metrics.dataChallenges.inc({ outcome }, places.length)
      log.warn({ claim: claim.number, places: places.length, outcome }, 'withheld data is asked for')
    }
  }

  /**
   * Whether the account cannot pay the whole way: what is still to be asked for at most, of this claim and of those before it, and
   * a proof.
   */
  private async isShort({ claim, hash }: ClaimRecord, places: number, signal: AbortSignal): Promise<boolean> {
    const { contester, log } = this.deps
    const [funds, cost] = await Promise.all([contester.funds(signal), costOfPlaces(contester, places, signal)])
    const needed = this.committed + cost + this.options.challengeBudget
    if (funds >= needed) {
      this.committed += cost
      this.short.delete(hex(hash))
      return false
    }
    if (!this.short.has(hex(hash)))
      log.error({ claim: claim.number, funds, needed }, 'data is not asked for: too little to go the whole way')
    this.short.set(
      hex(hash),
      `the account that contests claims has ${funds} wei, and asking for the data of claim ${claim.number} may take ${needed}, with that of those before it`,
    )
    this.hold(`ask ${hex(hash)}`, looksWhenRefused * this.options.lookEveryMs)
    return true
  }

  /** Takes back the claims of which something was not answered in time. */
  private async takeBackAll(summary: L2Summary, questions: readonly Question[], signal: AbortSignal): Promise<void> {
    const { contester, log, metrics } = this.deps
    // Deadlines are by the claimer's clock, which answers hold up.
    const heldUp = new Map<string, bigint>()
    for (const question of questions) {
      const { hash, place, deadline, answered } = question
      const wait = this.isOwn(question) ? 0 : this.turn(hash)
      if (answered || summary.time < fromSeconds(deadline + 1n) + BigInt(wait)) continue
      const record = await this.standing(summary, question)
      const key = keyOf('remove', hash, place)
      if (record === undefined || this.isHeld(key)) continue
      const refused = () => metrics.challenges.inc({ by: 'unanswered', outcome: 'refused' })
      const failed = { message: 'an unanswered claim is not taken back yet', refused }
      await this.attempt(key, question.number, failed, signal, async () => {
        const { claimer } = record.claim
        const held = heldUp.get(hex(claimer)) ?? (await contester.answeringTime(claimer, signal))
        heldUp.set(hex(claimer), held)
        if (summary.time < fromSeconds(deadline + held + 1n) + BigInt(wait)) return
        const outcome = await contester.dropUnanswered(record.claim, place, signal)
        this.holdAll(questions, hash)
        metrics.challenges.inc({ by: 'unanswered', outcome })
        this.counted.add(hex(hash))
        log.warn({ claim: question.number, ...place, outcome }, 'a claim whose data was not answered is taken back')
      })
    }
  }

  /** Counts the claims that somebody else took back while this account waited for an answer. */
  private async countGone(questions: readonly Question[]): Promise<void> {
    const { log, metrics } = this.deps
    const awaited = new Set<string>()
    for (const question of questions.filter((each) => this.isOwn(each) && !each.answered)) {
      const key = hex(question.hash)
      if (this.counted.has(key)) continue
      if (await this.stands(question)) awaited.add(key)
      else if (this.awaited.has(key)) {
        this.counted.add(key)
        metrics.challenges.inc({ by: 'unanswered', outcome: 'already' })
        log.info({ claim: question.number }, 'a claim whose data was asked for is gone')
      }
    }
    this.awaited = awaited
    const asked = new Set(questions.map(({ hash }) => hex(hash)))
    for (const key of this.counted) if (!asked.has(key)) this.counted.delete(key)
  }

  /** One place is enough for a claim; the L2 tells of it. */
  private holdAll(questions: readonly Question[], hash: Bytes32): void {
    for (const { place } of questions.filter((each) => sameBytes(each.hash, hash)))
      this.hold(keyOf('remove', hash, place), againAfterMs)
  }

  /** Has the deposits of this account credited that lie with claims that fell. */
  private async refundAll(summary: L2Summary, questions: readonly Question[], signal: AbortSignal): Promise<void> {
    const { contester, l2, log } = this.deps
    for (const question of questions) {
      const { hash, number, place, answered } = question
      const key = keyOf('refund', hash, place)
      if (answered || !this.isOwn(question) || (await this.stands(question))) continue
      if (!this.refunded.has(key))
        await this.attempt(key, number, { message: 'a deposit is not back yet' }, signal, async () => {
          const { outcome } = await contester.refund({ number, hash }, place, signal)
          this.refunded.add(key)
          log.info({ claim: number, ...place, outcome }, 'the deposit of a claim that fell is back')
        })
      if (this.refunded.has(key) && number <= summary.final) await l2.forgetQuestion(hash, place)
    }
  }

  /** Does something unless it is held; what the L2 refuses is held for a while. */
  private async attempt(
    key: string,
    claim: bigint,
    failed: { readonly message: string; readonly refused?: () => void },
    signal: AbortSignal,
    act: () => Promise<void>,
  ): Promise<void> {
    if (this.isHeld(key)) return
    try {
      await act()
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CodedError)) throw error
      this.hold(key, looksWhenRefused * this.options.lookEveryMs)
      failed.refused?.()
      this.deps.log.error({ claim, fault: error.toJSON() }, failed.message)
    }
  }

  /** The claim that was asked about, if it stands and is not final. */
  private async standing({ final }: L2Summary, question: Question): Promise<ClaimRecord | undefined> {
    const { number, hash } = question
    const record = number > final ? await this.deps.l2.claim(number) : undefined
    return record !== undefined && sameBytes(record.hash, hash) ? record : undefined
  }

  private async stands({ number, hash }: Question): Promise<boolean> {
    const record = await this.deps.l2.claim(number)
    return record !== undefined && sameBytes(record.hash, hash)
  }

  private isOwn({ challenger }: Question): boolean {
    return sameBytes(challenger, this.deps.contester.address)
  }

  private turn(hash: Bytes32): number {
    return turnOf(hash, this.deps.contester.address, this.options.challengeSpreadMs)
  }

  private isHeld(key: string): boolean {
    const until = this.held.get(key)
    return until !== undefined && this.deps.clock.elapsed() < until
  }

  private hold(key: string, forMs: number): void {
    const now = this.deps.clock.elapsed()
    for (const [old, until] of this.held) if (now >= until) this.held.delete(old)
    this.held.set(key, now + forMs)
  }
}

const keyOf = (what: string, hash: Bytes32, { part, block, page }: DataPlace): string =>
  `${what} ${hex(hash)} ${part} ${block} ${page}`

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
