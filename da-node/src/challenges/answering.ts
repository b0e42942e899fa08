import { type ChunkProof, proveChunk, rootOfChunk } from '@parley/da-adapters/committee'
import { sameBytes, toHex } from '@parley/protocol'
import { type Clock, pause, Turns } from '@parley/runtime'
import type { Logger } from 'pino'
import type { ChunkAnswerer, ChunkQuestion, CommitteeChain } from '../chain/committee-chain.ts'
import type { L2View } from '../chain/l2-view.ts'
import { DaNodeError } from '../faults.ts'
import type { DaNodeMetrics } from '../metrics.ts'
import type { PartStore } from '../store/part-store.ts'

export interface AnsweringDeps {
  readonly chain: Pick<CommitteeChain, 'questions'>
  readonly answerer: ChunkAnswerer
  /** This member's, 20 bytes. */
  readonly address: Uint8Array
  readonly l2: L2View
  readonly store: PartStore
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: DaNodeMetrics
}

export interface AnsweringOptions {
  readonly questionsEveryMs: number
  readonly answerSpreadMs: number
}

/** Answers under way at once. */
const atOnce = 4
/** Answers that the account should be able to pay for. */
export const answersFunded = 10n
const fundsEveryMs = 60_000

/** Answers what is asked of this member's parts on the L2, and sees to it that it could go on answering. */
export class Answering {
  private readonly deps: AnsweringDeps
  private readonly options: AnsweringOptions
  private readonly turns = new Turns(atOnce)
  /** When each open question was seen first, by its id; elapsed milliseconds. */
  private readonly seen = new Map<string, number>()
  private readonly underWay = new Set<string>()
  private low = false

  constructor(deps: AnsweringDeps, options: AnsweringOptions) {
    this.deps = deps
    this.options = options
  }

  /** Whether the account is short of what ten answers cost. */
  get isLow(): boolean {
    return this.low
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    let fundsAt = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      try {
        if (clock.elapsed() - fundsAt >= fundsEveryMs) {
          await this.lookAtFunds(signal)
          fundsAt = clock.elapsed()
        }
        await this.look(signal)
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'questions cannot be read on the L2')
      }
      await pause(clock, this.options.questionsEveryMs, signal)
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const open = await this.deps.chain.questions(this.deps.address, signal)
    this.deps.metrics.openQuestions.set(open.length)
    const ids = new Set(open.map(({ id }) => id))
    for (const id of this.seen.keys()) if (!ids.has(id)) this.seen.delete(id)
    const now = this.deps.clock.elapsed()
    for (const question of open) {
      const since = this.seen.get(question.id) ?? now
      this.seen.set(question.id, since)
      if (this.underWay.has(question.id) || now - since < this.patienceMs(question)) continue
      this.underWay.add(question.id)
      // Goes on beside the next look; it never rejects.
      void this.turns
        .take(() => this.answer(question, signal), signal)
        .catch(() => undefined)
        .finally(() => this.underWay.delete(question.id))
    }
  }

  /** One answer is enough: later signers leave it to earlier ones for a while, and for a third of the time at most. */
  private patienceMs({ rank, deadline }: ChunkQuestion): number {
    const left = Number(deadline - (this.deps.l2.last?.time ?? deadline)) * 1_000
    return Math.min(rank * this.options.answerSpreadMs, Math.max(0, left / 3))
  }

  private async answer(question: ChunkQuestion, signal: AbortSignal): Promise<void> {
    const { answerer, log, metrics } = this.deps
    const words = { id: question.id, chunkRoot: toHex(rootOf(question)), index: question.index }
    try {
      const proof = await this.prove(question, signal)
      const outcome = await answerer.answer(question, proof, signal)
      metrics.answers.inc({ outcome })
      log.info({ ...words, outcome }, 'answered a question')
    } catch (error) {
      if (signal.aborted) return
      metrics.answers.inc({ outcome: 'failed' })
      log.error(
        { ...words, deadline: question.deadline, err: error },
        'A QUESTION IS NOT ANSWERED: THE STAKE IS AT RISK',
      )
    }
  }

  /** @throws {DaNodeError} `PART_LOST` and what opening the part throws. */
  private async prove(question: ChunkQuestion, signal: AbortSignal): Promise<ChunkProof> {
    const { index } = question
    const chunkRoot = rootOf(question)
    const proof = proveChunk(await this.deps.store.bytesOf(chunkRoot, signal), index)
    if (!sameBytes(rootOfChunk(index, proof), chunkRoot)) throw new DaNodeError({ code: 'PART_LOST', chunkRoot })
    return proof
  }

  private async lookAtFunds(signal: AbortSignal): Promise<void> {
    const { answerer, log, metrics } = this.deps
    const [funds, cost] = await Promise.all([answerer.funds(signal), answerer.cost(signal)])
    const answers = cost === 0n ? answersFunded : funds / cost
    this.low = answers < answersFunded
    metrics.fundedAnswers.set(Number(answers))
    if (this.low) log.error({ fundsWei: funds, answerWei: cost, answers }, 'THE ACCOUNT THAT ANSWERS IS RUNNING DRY')
  }
}

/** @throws {RangeError} for a part that was not signed, which the contract never asks for. */
function rootOf({ attestation, part }: ChunkQuestion): Uint8Array {
  const signed = attestation.parts[part]
  if (signed === undefined) throw new RangeError(`part ${part} of ${attestation.parts.length}`)
  return signed.chunkRoot
}
