import { type BatchClaim, type BlockSource, CodedError, type DataPlace, sameBytes } from '@parley/protocol'
import { BatchTrees, listOf, pageOf } from '@parley/protocol/fraud'
import { type BackoffOptions, backoffMs, type Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { BatcherError } from './faults.ts'
import type { BatcherMetrics } from './metrics.ts'
import type { BatchPlan } from './plan.ts'
import type { PlanStore } from './plan-store.ts'

/** Data of a claim that was asked for on the L2. */
export interface DataQuestion {
  readonly claim: BatchClaim
  readonly place: DataPlace
  /** L2 time until which an answer is taken, in seconds, if no more answers about the claimer's claims come before. */
  readonly deadline: bigint
}

/** What stands at a place that was asked for. */
export interface DataAnswer {
  readonly place: DataPlace
  readonly data: Uint8Array
}

/** Where questions about claims are asked and answered. `@parley/settlement` has the one for real chains. */
export interface ClaimDefence {
  /**
   * Those that are open now, claim by claim, the one that was asked about first before others; some hundreds at once.
   * @param isOurs - Whether this batcher has the data of a claim; those of others are left out.
   * @throws {CodedError}
   */
  questions(isOurs: (claim: BatchClaim) => Promise<boolean>, signal: AbortSignal): Promise<readonly DataQuestion[]>
  /**
   * Answers some of one claim in one transaction.
   * @returns `already` when all were answered before, or the claim no longer stands.
   * @throws {CodedError}
   */
  answer(claim: BatchClaim, answers: readonly DataAnswer[], signal: AbortSignal): Promise<'done' | 'already'>
}

export interface AnsweringDeps {
  readonly defence: ClaimDefence
  readonly plans: PlanStore
  readonly blocks: BlockSource
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: BatcherMetrics
}

/** Transactions on their way at once: an account has room for sixteen in the queues of L2 nodes. */
const sentAtOnce = 8
/** Answers to one claim go into one transaction up to so many bytes, of which nodes take 128 KiB, and so much gas, of which the L2 takes 16.7 M. */
const bytesAtOnce = 100_000
/** The dearest transaction that any role sends. */
export const gasAtOnce = 12_000_000
/** More than an answer takes: its own part, and each byte of it as the contract reads and hashes it. */
const gasOfAnswer = 150_000
const gasOfByte = 75
/** Claims of others that are told of, the latest. */
const strangersKept = 1_000

/** Answers what is asked of this batcher's claims, from the blocks that the sequencer keeps until they are final. */
export class Answering {
  private readonly deps: AnsweringDeps
  private readonly options: BackoffOptions & { readonly watchEveryMs: number }
  /** Of the claim that was answered for last. */
  private held: { readonly plan: BatchPlan; readonly trees: BatchTrees } | undefined
  /** Claims that are told of and not this batcher's, by their core's root. */
  private readonly strangers = new Set<string>()

  constructor(deps: AnsweringDeps, options: BackoffOptions & { readonly watchEveryMs: number }) {
    this.deps = deps
    this.options = options
  }

  /** Runs until the signal aborts. @throws what is no coded fault. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, metrics } = this.deps
    let failures = 0
    while (!signal.aborted) {
      try {
        await this.answerAll(signal)
        failures = 0
        await clock.sleep(this.options.watchEveryMs, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CodedError)) throw error
        metrics.faults.inc({ code: error.fault.code })
        log.error({ fault: error.toJSON() }, 'data that was asked for is not answered')
        await clock.sleep(backoffMs(failures, this.options), signal).catch(() => undefined)
        failures += 1
      }
    }
  }

  /** One that cannot be answered keeps none of the others from it; the first fault is thrown in the end. */
  private async answerAll(signal: AbortSignal): Promise<void> {
    const { defence, metrics } = this.deps
    const questions = await defence.questions((claim) => this.isOurs(claim), signal)
    metrics.openQuestions.set(questions.length)
    this.tellLate(questions)
    const failed: unknown[] = []
    const sending = new Set<Promise<void>>()
    for await (const { claim, answers } of this.packed(questions, failed, signal)) {
      const sent = this.send(claim, answers, signal)
        .catch((error) => void failed.push(error))
        .finally(() => sending.delete(sent))
      sending.add(sent)
      if (sending.size >= sentAtOnce) await Promise.race(sending)
    }
    await Promise.all(sending)
    if (failed.length > 0) throw failed.find((error) => !(error instanceof CodedError)) ?? failed[0]
  }

  /** Whether this batcher made the claim; one that is not its own is told once. */
  private async isOurs(claim: BatchClaim): Promise<boolean> {
    if ((await this.planOf(claim)) !== undefined) return true
    const { log, metrics } = this.deps
    const key = hex(claim.coreRoot)
    if (this.strangers.has(key)) return false
    this.strangers.add(key)
    for (const oldest of this.strangers) {
      if (this.strangers.size <= strangersKept) break
      this.strangers.delete(oldest)
    }
    const { fault } = new BatcherError({ code: 'PLAN_MISSING', batch: claim.number })
    metrics.faults.inc({ code: fault.code })
    log.error({ fault }, 'data of a claim is asked for that is not of this batcher')
    return false
  }

  /** Answers in as few transactions as they fit into. */
  private async *packed(
    questions: readonly DataQuestion[],
    failed: unknown[],
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly claim: BatchClaim; readonly answers: readonly DataAnswer[] }> {
    for (const { claim, places } of byClaim(questions)) {
      signal.throwIfAborted()
      let trees: BatchTrees
      try {
        trees = await this.treesOf(claim, signal)
      } catch (error) {
        failed.push(error)
        continue
      }
      let answers: DataAnswer[] = []
      let [bytes, gas] = [0, 0]
      for (const place of places) {
        const data = answerAt(trees, place)
        const takes = gasOfAnswer + gasOfByte * data.length
        if (answers.length > 0 && (bytes + data.length > bytesAtOnce || gas + takes > gasAtOnce)) {
          yield { claim, answers }
          answers = []
          bytes = 0
          gas = 0
        }
        answers.push({ place, data })
        bytes += data.length
        gas += takes
      }
      yield { claim, answers }
    }
  }

  /** With a third of the time gone a person should look: the claim falls when nobody answers. */
  private tellLate(questions: readonly DataQuestion[]): void {
    const { clock, log, metrics } = this.deps
    const now = clock.now() / 1000
    const late = questions.filter(({ claim, deadline }) => Number(deadline) - now < (claim.windows.answer * 2) / 3)
    metrics.lateQuestions.set(late.length)
    const [first] = late
    if (first === undefined) return
    const { claim, place, deadline } = first
    log.error({ claim: claim.number, ...place, deadline, late: late.length }, 'A CLAIM FALLS UNLESS IT IS ANSWERED')
  }

  /** Together, or one by one where that is refused: one may be too late. */
  private async send(claim: BatchClaim, answers: readonly DataAnswer[], signal: AbortSignal): Promise<void> {
    try {
      await this.answer(claim, answers, signal)
    } catch (error) {
      if (answers.length === 1 || !(error instanceof CodedError) || signal.aborted) throw error
      const failed: unknown[] = []
      for (const each of answers) await this.answer(claim, [each], signal).catch((reason) => failed.push(reason))
      if (failed.length > 0) throw failed[0]
    }
  }

  private async answer(claim: BatchClaim, answers: readonly DataAnswer[], signal: AbortSignal): Promise<void> {
    const { defence, log, metrics } = this.deps
    const outcome = await defence.answer(claim, answers, signal)
    metrics.answers.inc({ outcome }, answers.length)
    const bytes = answers.reduce((sum, { data }) => sum + data.length, 0)
    const [{ place } = { place: undefined }] = answers
    log.info(
      { claim: claim.number, answers: answers.length, first: place, bytes, outcome },
      'data that was asked for is answered',
    )
  }

  private async planOf(claim: BatchClaim): Promise<BatchPlan | undefined> {
    const [plan] = await this.deps.plans.from(claim.number)
    return plan !== undefined && isOf(plan, claim) ? plan : undefined
  }

  private async treesOf(claim: BatchClaim, signal: AbortSignal): Promise<BatchTrees> {
    const plan = await this.planOf(claim)
    if (plan === undefined) throw new BatcherError({ code: 'PLAN_MISSING', batch: claim.number })
    if (this.held !== undefined && isOf(this.held.plan, claim)) return this.held.trees
    const trees = await this.readTrees(plan, signal)
    this.held = { plan, trees }
    return trees
  }

  private async readTrees(plan: BatchPlan, signal: AbortSignal): Promise<BatchTrees> {
    const core = []
    const witness = []
    for await (const view of this.deps.blocks.blocks(plan.first, signal)) {
      const sealed = view.decode()
      core.push(sealed.block)
      witness.push(sealed.witness)
      if (view.header.number === plan.lastHeader.number) break
    }
    signal.throwIfAborted()
    return new BatchTrees({ core, witness })
  }
}

function isOf({ core, witness }: BatchPlan, claim: BatchClaim): boolean {
  return sameBytes(core.root, claim.coreRoot) && sameBytes(witness.root, claim.witnessRoot)
}

function answerAt(trees: BatchTrees, place: DataPlace): Uint8Array {
  const part = place.part === 0 ? 'core' : 'witness'
  const isList = place.block === trees.parts.core.length
  return isList ? listOf(trees, part) : pageOf(trees, part, place.block, place.page)
}

function byClaim(
  questions: readonly DataQuestion[],
): Iterable<{ readonly claim: BatchClaim; readonly places: readonly DataPlace[] }> {
  const claims = new Map<string, { readonly claim: BatchClaim; readonly places: DataPlace[] }>()
  for (const { claim, place } of questions) {
    const key = `${claim.number} ${hex(claim.coreRoot)}`
    const of = claims.get(key) ?? { claim, places: [] }
    claims.set(key, of)
    of.places.push(place)
  }
  return claims.values()
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
