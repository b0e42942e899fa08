import {
  type BlockHeader,
  type BlockSource,
  type BlockView,
  type ClaimHead,
  type Clock,
  domainSeparator,
  type Settlement,
  type SignatureVerifier,
  sameBytes,
} from '@parley/protocol'
import type { Logger } from 'pino'
import { sizeOf, type WaitingBlock } from './block-size.ts'
import { BoundedQueue } from './bounded-queue.ts'
import { type BlockOrigin, checkSealedBlock } from './check-block.ts'
import { concurrently } from './concurrently.ts'
import { type BatchEncoder, type EncodedBatch, encodeBatch } from './encode-batch.ts'
import { BatcherError } from './faults.ts'
import { type ClosingRules, formBatch } from './form-batch.ts'
import type { BatcherMetrics } from './metrics.ts'
import type { BatcherSettings } from './options.ts'
import type { BatchPlan } from './plan.ts'
import type { PlanStore } from './plan-store.ts'
import { follows, forLayers, isPlanOf, isPublished, planOf } from './planning.ts'
import { type BatchLayers, publishBatch } from './publish.ts'
import { type RetryPolicy, retrying } from './retry.ts'

/** Everything a session works with; the batcher makes it once. */
export interface SessionDeps {
  readonly blocks: BlockSource
  readonly layers: BatchLayers
  readonly settlement: Settlement
  readonly plans: PlanStore
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: BatcherMetrics
  readonly verifier: SignatureVerifier
  readonly encoder: BatchEncoder
  readonly retry: RetryPolicy
  /** Called with the queue of blocks when it changes. */
  readonly onPending: (queue: BoundedQueue<WaitingBlock>) => void
  /** Called with each claim that was made. */
  readonly onClaimed: (head: ClaimHead) => void
}

/** A batch on its way: published at once, claimed when it is its turn. */
interface PostedBatch {
  readonly plan: BatchPlan
  readonly published: Promise<BatchPlan>
}

/**
 * Posts batches from the claim standing on the L2 on, until something must be looked at afresh: a claim was refused or
 * lost, the lineage changed, the source failed. What is to be posted follows from the L2's head, the recorded plans
 * after it and the blocks after those; nothing is remembered from one session to the next.
 */
export class Session {
  private readonly deps: SessionDeps
  private readonly settings: BatcherSettings
  private readonly queue: BoundedQueue<WaitingBlock>
  private readonly posted: BoundedQueue<PostedBatch>
  private head: ClaimHead
  private readonly origin: BlockOrigin

  private constructor(deps: SessionDeps, settings: BatcherSettings, head: ClaimHead, origin: BlockOrigin) {
    this.deps = deps
    this.settings = settings
    this.head = head
    this.origin = origin
    const { clock, metrics, onPending } = deps
    this.queue = new BoundedQueue(
      { clock, weigh: ({ size }) => size.coreBytes + size.witnessBytes, onChange: onPending },
      settings.maxBufferedBlocks,
    )
    this.posted = new BoundedQueue(
      { clock, weigh: () => 1, onChange: (queue) => metrics.batchesInFlight.set(queue.length) },
      settings.maxBatchesInFlight,
    )
  }

  static async open(deps: SessionDeps, settings: BatcherSettings, signal: AbortSignal): Promise<Session> {
    const { settlement, verifier } = deps
    const config = await settlement.config(signal)
    const [head, lineage, sequencer] = await Promise.all([
      settlement.head(signal),
      settlement.lineage(signal),
      settlement.sequencer(signal),
    ])
    const separator = domainSeparator(config.chainId, config.inbox)
    return new Session(deps, settings, head, { separator, sequencer, lineage, verifier })
  }

  /** Runs until the signal aborts or a fault ends the session; in either case everything begun has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const plans = await this.standingPlans()
    const unpublished = plans.findIndex((plan) => !isPublished(plan))
    const toForm = unpublished === -1 ? [] : plans.slice(unpublished)
    const ready = unpublished === -1 ? plans : plans.slice(0, unpublished)
    const streamAfter = ready.at(-1)?.lastHeader ?? this.head.lastHeader
    const { log } = this.deps
    log.info(
      {
        claim: this.head.number,
        nextBlock: this.head.lastHeader.number + 1n,
        plans: plans.length,
        ready: ready.length,
      },
      'posting resumed',
    )
    await concurrently(signal, [
      (inner) => this.takeIn(streamAfter, inner),
      (inner) => this.form(ready, toForm, streamAfter, inner),
      (inner) => this.claim(inner),
      (inner) => this.watch(inner),
    ])
  }

  /** Recorded plans that still follow the L2's head, one after another; the others are dropped. */
  private async standingPlans(): Promise<BatchPlan[]> {
    const { plans, layers } = this.deps
    const first = this.head.number + 1n
    const standing: BatchPlan[] = []
    let previous = this.head.lastHeader
    for (const plan of await plans.from(first)) {
      if (!follows(plan, previous, this.origin.lineage)) break
      standing.push(forLayers(plan, layers))
      previous = plan.lastHeader
    }
    await plans.dropFrom(first + BigInt(standing.length))
    return standing
  }

  /** Source → checked blocks in the queue. */
  private async takeIn(after: BlockHeader, signal: AbortSignal): Promise<void> {
    let previous = after
    try {
      for await (const sealed of this.deps.blocks.blocks(after.number + 1n, signal)) {
        const block = checkSealedBlock(sealed, previous, this.origin)
        previous = block.header
        await this.queue.room(signal)
        this.queue.push({ block, size: sizeOf(block), receivedAt: this.deps.clock.now() })
      }
      signal.throwIfAborted()
      throw new BatcherError({ code: 'SOURCE_ENDED', next: previous.number + 1n })
    } catch (error) {
      // What came before the failure is sound and is posted first.
      this.queue.fail(error)
    }
  }

  /** Queue → planned, recorded and encoded batches, whose publication begins at once. */
  private async form(
    ready: readonly BatchPlan[],
    toForm: readonly BatchPlan[],
    after: BlockHeader,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      for (const plan of ready) await this.post(plan, undefined, signal)
      let previous = after
      let number = this.head.number + BigInt(ready.length)
      for (let i = 0; ; i += 1) {
        number += 1n
        await this.posted.room(signal)
        const planned = toForm[i]
        const blocks =
          planned === undefined ? await this.next(signal) : await this.through(planned.lastHeader.number, signal)
        const encoded = encodeBatch(number, blocks, previous, this.deps.encoder)
        const plan = planned !== undefined && isPlanOf(planned, encoded) ? planned : planOf(encoded, previous)
        if (plan !== planned) await this.deps.plans.put(plan)
        await this.post(plan, encoded, signal)
        previous = encoded.lastHeader
      }
    } catch (error) {
      this.posted.fail(error)
    }
  }

  private async next(signal: AbortSignal): Promise<BlockView[]> {
    const { layers, clock } = this.deps
    const rules: ClosingRules = {
      maxBlocks: this.settings.maxBlocks,
      maxAgeMs: this.settings.maxAgeMs,
      maxCoreBytes: Math.min(this.settings.maxCoreBytes, layers.core.limits.maxBytes),
      maxWitnessBytes: Math.min(this.settings.maxWitnessBytes, layers.witness.limits.maxBytes),
    }
    return (await formBatch(this.queue, rules, clock, signal)).map(({ block }) => block)
  }

  private async through(last: bigint, signal: AbortSignal): Promise<BlockView[]> {
    const blocks: BlockView[] = []
    while (true) {
      const { block } = await this.queue.peek(signal)
      this.queue.take()
      blocks.push(block)
      if (block.header.number === last) return blocks
    }
  }

  private async post(plan: BatchPlan, encoded: EncodedBatch | undefined, signal: AbortSignal): Promise<void> {
    const { settlement, retry } = this.deps
    await this.posted.room(signal)
    // Publishing costs money: blocks of a lineage that is over could never be claimed.
    const lineage = await retrying(() => settlement.lineage(signal), retry, signal)
    if (!sameBytes(lineage, this.origin.lineage))
      throw new BatcherError({
        code: 'LINEAGE_CHANGED',
        batch: plan.number,
        expected: this.origin.lineage,
        received: lineage,
      })
    const published = publishBatch(this.deps, plan, encoded, signal)
    // The claimer waits for it in its turn; until then a failure must not count as unhandled.
    published.catch(() => undefined)
    this.posted.push({ plan, published })
  }

  /** Published batches → claims, strictly in order. */
  private async claim(signal: AbortSignal): Promise<void> {
    const { settlement, retry, metrics, log, clock, onClaimed } = this.deps
    while (true) {
      const batch = await this.posted.peek(signal)
      const { number, core, witness, lastHeader, first } = await batch.published
      const place = (part: BatchPlan['core']) => {
        if (part.published === undefined) throw new TypeError('a claim was begun before its batch was published')
        return { layer: part.published.layer, pointer: part.published.pointer }
      }
      const started = clock.now()
      const request = {
        number,
        parent: this.head.hash,
        lineage: this.origin.lineage,
        coreRoot: core.root,
        witnessRoot: witness.root,
        lastHeader,
        core: place(core),
        witness: place(witness),
      }
      const receipt = await retrying(() => settlement.claim(request, signal), retry, signal)
      this.head = { number, hash: receipt.hash, lastHeader }
      this.posted.take()
      const tookMs = clock.now() - started
      const blocks = Number(lastHeader.number - first) + 1
      metrics.claimSeconds.observe(tookMs / 1000)
      metrics.claimGas.inc(Number(receipt.gasUsed))
      metrics.batches.inc()
      metrics.blocks.inc(blocks)
      log.info(
        {
          batch: number,
          firstBlock: first,
          lastBlock: lastHeader.number,
          blocks,
          coreBytes: core.bytes,
          witnessBytes: witness.bytes,
          gasUsed: receipt.gasUsed,
          tookMs,
        },
        'batch claimed',
      )
      onClaimed(this.head)
    }
  }

  /** Makes claims final in time, forgets plans of final claims, and notices when the L2 lost a claim. */
  private async watch(signal: AbortSignal): Promise<void> {
    const { settlement, retry, metrics, plans, clock } = this.deps
    while (true) {
      await clock.sleep(this.settings.watchEveryMs, signal)
      const final = await retrying(() => settlement.finalize(signal), retry, signal)
      metrics.finalBatch.set(Number(final))
      await plans.dropThrough(final)
      const claimed = this.head
      const standing = await retrying(() => settlement.head(signal), retry, signal)
      const lost = standing.number < claimed.number
      const replaced = standing.number === claimed.number && !sameBytes(standing.hash, claimed.hash)
      if (lost || replaced)
        throw new BatcherError({ code: 'CLAIM_LOST', claimed: claimed.number, head: standing.number })
    }
  }
}
