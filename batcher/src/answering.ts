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
  /** L2 time until which an answer is taken, in seconds. */
  readonly deadline: bigint
}

/** Where questions about claims are asked and answered. `@parley/settlement` has the one for real chains. */
export interface ClaimDefence {
  /** Those that are open now, the most urgent first. @throws {CodedError} */
  questions(signal: AbortSignal): Promise<readonly DataQuestion[]>
  /** @returns `already` when it was answered before, or the claim no longer stands. @throws {CodedError} */
  answer(question: DataQuestion, data: Uint8Array, signal: AbortSignal): Promise<'done' | 'already'>
}

export interface AnsweringDeps {
  readonly defence: ClaimDefence
  readonly plans: PlanStore
  readonly blocks: BlockSource
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: BatcherMetrics
}

/** A page may be an L2 block's whole gas, a place of a small claim far less: answers one after another would take an L2 block each. */
const answersAtOnce = 8

/** Answers what is asked of this batcher's claims, from the blocks that the sequencer keeps until they are final. */
export class Answering {
  private readonly deps: AnsweringDeps
  private readonly options: BackoffOptions & { readonly watchEveryMs: number }
  private held: { readonly plan: BatchPlan; readonly trees: Promise<BatchTrees> } | undefined

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
    const questions = await defence.questions(signal)
    metrics.openQuestions.set(questions.length)
    this.tellLate(questions)
    const failed: unknown[] = []
    for (let from = 0; from < questions.length; from += answersAtOnce) {
      signal.throwIfAborted()
      const next = questions.slice(from, from + answersAtOnce)
      await Promise.all(next.map((question) => this.answer(question, signal).catch((error) => failed.push(error))))
    }
    if (failed.length > 0) throw failed.find((error) => !(error instanceof CodedError)) ?? failed[0]
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

  private async answer(question: DataQuestion, signal: AbortSignal): Promise<void> {
    const { defence, log, metrics } = this.deps
    const { claim, place } = question
    const trees = await this.treesOf(claim, signal)
    const part = place.part === 0 ? 'core' : 'witness'
    const blocks = trees.parts.core.length
    const data = place.block === blocks ? listOf(trees, part) : pageOf(trees, part, place.block, place.page)
    const outcome = await defence.answer(question, data, signal)
    metrics.answers.inc({ outcome })
    log.info({ claim: claim.number, ...place, bytes: data.length, outcome }, 'data that was asked for is answered')
  }

  private async treesOf(claim: BatchClaim, signal: AbortSignal): Promise<BatchTrees> {
    const [plan] = await this.deps.plans.from(claim.number)
    if (plan === undefined || !isOf(plan, claim)) throw new BatcherError({ code: 'PLAN_MISSING', batch: claim.number })
    if (this.held !== undefined && isOf(this.held.plan, claim)) return this.held.trees
    const held = { plan, trees: this.readTrees(plan, signal) }
    this.held = held
    // What could not be read is read again.
    held.trees.catch(() => {
      if (this.held === held) this.held = undefined
    })
    return held.trees
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
