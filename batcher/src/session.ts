import {
  type BlockHeader,
  BlockHeaderType,
  type BlockSource,
  type BlockView,
  type ClaimHead,
  type CodedError,
  domainSeparator,
  type FeeParameters,
  knownRules,
  mayShareBatch,
  type Schedule,
  type Settlement,
  type SignatureVerifier,
  sameBytes,
  toHex,
  unknownRules,
} from '@parley/protocol'
import { BoundedQueue, type Clock, concurrently, type RetryPolicy, retrying } from '@parley/runtime'
import type { Logger } from 'pino'
import { sizeOf, type WaitingBlock } from './block-size.ts'
import { type BlockOrigin, checkSealedBlock } from './check-block.ts'
import { type CostJournal, entriesOf } from './costs/index.ts'
import { type BatchEncoder, type EncodedBatch, encodeBatch } from './encode-batch.ts'
import { BatcherError } from './faults.ts'
import { type ClosingRules, formBatch } from './form-batch.ts'
import type { BatcherMetrics } from './metrics.ts'
import type { BatcherSettings } from './options.ts'
import type { BatchPlan } from './plan.ts'
import type { PlanStore } from './plan-store.ts'
import { follows, isPlanOf, isPublished, planOf } from './planning.ts'
import { type PublishDeps, publishBatch } from './publish.ts'

/** Everything a session works with; the batcher makes it once. */
export interface SessionDeps {
  readonly blocks: BlockSource
  readonly publishers: PublishDeps['publishers']
  readonly settlement: Settlement
  readonly plans: PlanStore
  readonly costs?: CostJournal
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: BatcherMetrics
  readonly verifier: SignatureVerifier
  readonly encoder: BatchEncoder
  readonly retry: RetryPolicy<CodedError>
  /** Called with each batch that is to be published, once in a session. */
  readonly onFormed: (plan: BatchPlan, encoded: EncodedBatch) => void
  /** Called with the queue of blocks when it changes. */
  readonly onPending: (queue: BoundedQueue<WaitingBlock>) => void
  /** Called with the last header that is known: of the claim, of recorded plans, then of each block taken in. */
  readonly onHeader: (header: BlockHeader) => void
  /** Called with the last block claimed when a session begins, then with the last of each batch published whole, in order. */
  readonly onPublished: (block: bigint) => void
  /** Called with each claim that was made. */
  readonly onClaimed: (head: ClaimHead) => void
}

/** A batch on its way: published at once, claimed when it is its turn. */
interface PostedBatch {
  readonly plan: BatchPlan
  /** Bytes of both parts. */
  readonly bytes: number
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
      settings.maxBufferedBytes,
    )
    this.posted = new BoundedQueue(
      { clock, weigh: ({ bytes }) => bytes, onChange: (queue) => metrics.batchesInFlight.set(queue.length) },
      settings.maxBatchesInFlight,
      settings.maxBytesInFlight,
    )
  }

  static async open(deps: SessionDeps, settings: BatcherSettings, signal: AbortSignal): Promise<Session> {
    const { settlement, verifier } = deps
    const config = await settlement.config(signal)
    const [silence, head, lineage, schedule] = await Promise.all([
      settlement.silence(signal),
      settlement.head(signal),
      settlement.lineage(signal),
      settlement.schedule(signal),
    ])
    const { inRescue, resumesAt } = silence
    if (inRescue) throw new BatcherError({ code: 'IN_RESCUE', head: head.number, resumesAt })
    tellAnnounced(deps.log, schedule, config.fees, head)
    const separator = domainSeparator(config.chainId, config.inbox)
    return new Session(deps, settings, head, { separator, schedule, fees: config.fees, lineage, verifier })
  }

  /** Runs until the signal aborts or a fault ends the session; in either case everything begun has ended. */
  async run(signal: AbortSignal): Promise<void> {
    this.deps.onPublished(this.head.lastHeader.number)
    await this.settleCosts(signal)
    const plans = await this.standingPlans()
    this.deps.onHeader(plans.at(-1)?.lastHeader ?? this.head.lastHeader)
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

  /** Writes down what the last claim cost, where a process died between making it and writing that down. */
  private async settleCosts(signal: AbortSignal): Promise<void> {
    const { costs, settlement, plans, retry, clock, log } = this.deps
    const { number, lastHeader } = this.head
    if (costs === undefined || number === 0n) return
    const [plan] = await plans.from(number)
    if (plan === undefined || !isSameHeader(plan.lastHeader, lastHeader) || !isPublished(plan)) return
    if (await costs.hasClaim(number)) return
    const receipt = await retrying(() => settlement.receiptOf(number, signal), retry, signal)
    if (receipt === undefined) return
    await costs.append(entriesOf(plan, receipt, clock.now()))
    log.info({ batch: number }, 'what a claim cost was written down late')
  }

  /** Recorded plans that still follow the L2's head, one after another; the others are dropped. */
  private async standingPlans(): Promise<BatchPlan[]> {
    const { plans } = this.deps
    const first = this.head.number + 1n
    const standing: BatchPlan[] = []
    let previous = this.head.lastHeader
    for (const plan of await plans.from(first)) {
      if (!follows(plan, previous, this.origin)) break
      standing.push(plan)
      previous = plan.lastHeader
    }
    await plans.dropFrom(first + BigInt(standing.length))
    return standing
  }

  /** Source → checked blocks in the queue. */
  private async takeIn(after: BlockHeader, signal: AbortSignal): Promise<void> {
    let previous = after
    try {
      for await (const block of this.deps.blocks.blocks(after.number + 1n, signal)) {
        checkSealedBlock(block, previous, this.origin)
        previous = block.header
        this.deps.onHeader(previous)
        await this.queue.room(signal)
        this.queue.push({ block, size: sizeOf(block), receivedAt: this.deps.clock.elapsed() })
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
          planned === undefined
            ? await this.next(previous, signal)
            : await this.through(planned.lastHeader.number, signal)
        const encoded = encodeBatch(number, blocks, previous, this.deps.encoder)
        const plan = planned !== undefined && isPlanOf(planned, encoded) ? planned : planOf(encoded, previous)
        if (plan !== planned) await this.deps.plans.put(plan)
        await this.post(plan, encoded, signal)
        this.deps.onFormed(plan, encoded)
        previous = encoded.lastHeader
      }
    } catch (error) {
      this.posted.fail(error)
    }
  }

  private async next(previous: BlockHeader, signal: AbortSignal): Promise<BlockView[]> {
    const { publishers, clock } = this.deps
    const { maxBlocks, maxAgeMs, maxFixedPercent, maxCoreBytes, maxWitnessBytes } = this.settings
    const [core, witness] = await Promise.all([publishers.core.price(signal), publishers.witness.price(signal)])
    const rules: ClosingRules = {
      maxBlocks,
      maxAgeMs,
      prices: {
        core: { ...core, maxBytes: Math.min(maxCoreBytes, core.maxBytes) },
        witness: { ...witness, maxBytes: Math.min(maxWitnessBytes, witness.maxBytes) },
      },
      targetFixedShare: maxFixedPercent / 100,
      mayShare: (first, next) => mayShareBatch(this.origin.schedule, previous, first, next),
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
    this.posted.push({ plan, bytes: Number(plan.core.bytes + plan.witness.bytes), published })
  }

  /** Published batches → claims, strictly in order. */
  private async claim(signal: AbortSignal): Promise<void> {
    const { settlement, retry, metrics, log, clock, onClaimed } = this.deps
    while (true) {
      const batch = await this.posted.peek(signal)
      const plan = await batch.published
      const { number, core, witness, lastHeader, signature, first } = plan
      this.deps.onPublished(lastHeader.number)
      const place = (part: BatchPlan['core']) => {
        if (part.published === undefined) throw new TypeError('a claim was begun before its batch was published')
        return { layer: part.published.layer, pointer: part.published.pointer }
      }
      const started = clock.elapsed()
      const request = {
        number,
        parent: this.head.hash,
        lineage: this.origin.lineage,
        coreRoot: core.root,
        witnessRoot: witness.root,
        lastHeader,
        core: place(core),
        witness: place(witness),
        signature,
      }
      const receipt = await retrying(() => settlement.claim(request, signal), retry, signal)
      this.head = { number, hash: receipt.hash, lastHeader, rescued: false }
      this.posted.take()
      await this.deps.costs?.append(entriesOf(plan, receipt, clock.now()))
      const tookMs = clock.elapsed() - started
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
      const schedule = await retrying(() => settlement.schedule(signal), retry, signal)
      if (!isSameSchedule(schedule, this.origin.schedule))
        throw new BatcherError({
          code: 'SCHEDULE_CHANGED',
          keys: schedule.keys.length,
          rules: schedule.rules.length,
        })
    }
  }
}

const isSameHeader = (a: BlockHeader, b: BlockHeader): boolean =>
  sameBytes(BlockHeaderType.hashTreeRoot(a), BlockHeaderType.hashTreeRoot(b))

/** Entries are never changed, but one that is announced may take the place of another. */
function isSameSchedule(a: Schedule, b: Schedule): boolean {
  const keys = a.keys.every(({ from, key }, i) => {
    const other = b.keys[i]
    return other !== undefined && from === other.from && sameBytes(key, other.key)
  })
  const rules = a.rules.every(({ from, announcedAt }, i) => {
    const other = b.rules[i]
    return other !== undefined && from === other.from && announcedAt === other.announcedAt
  })
  return keys && rules && a.keys.length === b.keys.length && a.rules.length === b.rules.length
}

/** From the announcement on a person can see what is to come. */
function tellAnnounced(log: Logger, { keys, rules }: Schedule, fees: FeeParameters, { lastHeader }: ClaimHead): void {
  for (const { from, key } of keys)
    if (from > lastHeader.number + 1n)
      log.warn({ from, key: toHex(key) }, 'another key signs headers from this block on')
  const unknown = unknownRules(rules, fees)
  if (unknown !== undefined)
    log.warn(
      { from: unknown.from, rules: unknown.number, known: knownRules },
      'RULES_UNKNOWN: rules are announced that this version does not know; it stops at their time',
    )
}
