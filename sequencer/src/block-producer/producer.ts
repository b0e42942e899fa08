import type { ExecutedBatch, Execution, SealedRuns } from '@parley/execution'
import { type Bytes32, type Journal, type Prices, pricesAfter, type QueuedItem } from '@parley/protocol'
import { type Clock, firstOf, Pulse } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Backpressure } from '../backpressure/backpressure.ts'
import { encodeRecord, type Opening } from '../chain/journal-records.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { Intake } from '../ingress/intake.ts'
import type { Metrics } from '../metrics.ts'
import type { Settings } from '../options.ts'
import type { BlockTime } from '../settlement/block-time.ts'
import type { InboxFollower } from '../settlement/inbox-follower.ts'
import type { ScheduleWatch } from '../settlement/schedule-watch.ts'
import type { OpenBlock, ResumedBlock } from './open-block.ts'
import { livePlan, virtualPlan } from './plan.ts'
import type { Snapshotter } from './snapshotter.ts'

/** What the next opening follows: the last block opened, sealed or not. */
export interface OpeningBase {
  readonly number: bigint
  /** Milliseconds. */
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly inboxHash: Bytes32
  readonly prices: Prices
}

/** Who is told what becomes of blocks before they are sealed. */
export interface ProducerTold {
  /** A block is open, and consumes these items. */
  opened(number: bigint, items: readonly QueuedItem[]): void
  /** What was accepted is durable, and in the block of this timestamp. */
  accepted(batch: ExecutedBatch, timestamp: bigint): void
}

export interface ProducerDeps {
  readonly execution: Execution
  readonly journal: Journal
  readonly chain: SealedChain
  readonly inbox: InboxFollower
  readonly intake: Intake
  readonly schedule: Pick<ScheduleWatch, 'mayOpen'>
  readonly snapshotter: Snapshotter
  readonly backpressure: Pick<Backpressure, 'rule' | 'sealed'>
  readonly clock: Clock
  readonly time: BlockTime
  readonly log: Logger
  readonly metrics: Metrics
  /** Stops the sequencer: what follows an error is not known. */
  readonly fail: (error: unknown) => void
}

/** Milliseconds that opening may wait for its time before that is told: full blocks follow one another at 250 ms. */
const clockPatienceMs = 1_000

/** Opens blocks, journals what lanes executed, answers for it, and seals. One block is open at a time. */
export class Producer {
  open: OpenBlock | undefined
  told: ProducerTold | undefined

  private base: OpeningBase
  private readonly wake = new Pulse()
  private committing: Promise<void> = Promise.resolve()
  private sealRequested = false
  /** Opening waits for the L2. */
  waitsForL2 = false
  private waitsForClock = false

  private readonly deps: ProducerDeps
  private readonly plan: ReturnType<typeof livePlan>

  /** @param resumed - What recovery left: the last opening, and its block if that is still open. */
  constructor(
    deps: ProducerDeps,
    settings: Settings,
    resumed: { readonly base: OpeningBase; readonly open: ResumedBlock | undefined },
  ) {
    this.deps = deps
    this.base = resumed.base
    const at = deps.clock.elapsed()
    const { open } = resumed
    this.open = open && { ...open, openedAt: at, waitingSince: open.operations > 0 ? at : undefined }
    this.plan =
      settings.virtual === undefined
        ? livePlan(settings.sealing, (rule) => deps.backpressure.rule(rule))
        : virtualPlan(settings.virtual, deps.chain.config.genesis.timestamp)
  }

  /** Something came that may need a block. */
  arrived(): void {
    this.wake.beat()
  }

  /** Seals the open block whatever it holds; resolves when it is sealed. For development. */
  async sealNow(signal: AbortSignal): Promise<void> {
    if (this.open === undefined) return
    this.sealRequested = true
    this.wake.beat()
    while (this.sealRequested) await firstOf([this.deps.chain.sealed.next(), this.wake.next()], signal)
    await this.committing
  }

  /** What lanes executed: durable first, answered then. */
  executed(batch: ExecutedBatch): void {
    const { journal, intake, clock, metrics, fail } = this.deps
    const { record, accepted } = batch
    intake.executed(batch.entries)
    if (record.length === 0) {
      this.answer(batch)
      return
    }
    const open = this.open
    if (open === undefined || open.opening.number !== batch.block) {
      fail(new SequencerError({ code: 'LANES_FAILED', reason: `executed entries of block ${batch.block}, not open` }))
      return
    }
    open.operations += accepted
    metrics.accepted.inc(accepted)
    const first = open.waitingSince === undefined
    open.waitingSince ??= clock.elapsed()
    const appended = journal.append([encodeRecord({ kind: 'entries', block: batch.block, entries: record })])
    appended.then(() => {
      this.told?.accepted(batch, open.opening.timestamp)
      this.answer(batch)
    }, fail)
    if (first || this.decide(open).seal !== undefined) this.wake.beat()
  }

  /** Runs until `signal`; what is open then stays open in the journal. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.open !== undefined) this.deps.intake.open(this.plan.room(this.open.opening.number))
    while (!signal.aborted) {
      const woken = this.wake.next()
      const again = this.open === undefined ? await this.tryOpen(signal) : await this.trySeal(this.open)
      if (again !== 'now') await this.waitFor(woken, again, signal)
    }
    await this.committing
  }

  private answer(batch: ExecutedBatch): void {
    const { intake, metrics } = this.deps
    if (batch.accepted < batch.entries)
      for (const { outcome } of batch.outcomes) if (!outcome.accepted) metrics.refused.inc({ code: outcome.fault.code })
    intake.answer(batch)
  }

  private async waitFor(woken: Promise<void>, waitMs: number | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps
    const timer = new AbortController()
    const events: Promise<unknown>[] = [woken]
    if (waitMs !== undefined) {
      const sleep = clock.sleep(Math.max(1, waitMs), timer.signal)
      // Called off below when something else came first.
      sleep.catch(() => undefined)
      events.push(sleep)
    }
    try {
      await firstOf(events, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      timer.abort()
    }
  }

  /** Opens a block if one is needed and may be; otherwise says in how many milliseconds to try again. */
  private async tryOpen(signal: AbortSignal): Promise<'now' | number | undefined> {
    const { inbox, intake, time } = this.deps
    if (!time.isKnown) return undefined
    const now = time.now()
    const number = this.base.number + 1n
    const known = inbox.count - this.base.inboxCount
    const decision = this.plan.open({
      number,
      base: this.base,
      waiting: intake.waiting,
      items: known,
      now,
    })
    if (decision === undefined) return undefined
    if (decision.waitUntil !== undefined) {
      const waitMs = decision.waitUntil - now
      this.tellClockWait(waitMs)
      return waitMs
    }
    this.waitsForClock = false
    const { timestamp } = decision
    if (timestamp >= inbox.knownUntil) {
      this.tellL2Wait(number, timestamp)
      return undefined
    }
    this.waitsForL2 = false
    intake.closed = !(await this.deps.schedule.mayOpen(number, timestamp, signal))
    if (intake.closed) return undefined
    const { forceDelayMs } = this.deps.chain.config
    const items = await inbox.take(decision.most, (waiting) => this.plan.take(number, waiting, timestamp, forceDelayMs))
    this.openBlock({ number, timestamp, items })
    return 'now'
  }

  /** Until when no block can be opened because the clock is behind the last block, or the genesis; undefined when it is not. */
  get clockBehindUntil(): number | undefined {
    const now = this.deps.time.now()
    const openableAt = this.plan.openableAt(this.base, now)
    return openableAt - now > clockPatienceMs ? openableAt : undefined
  }

  private tellClockWait(waitMs: number): void {
    const { intake, log } = this.deps
    if (this.waitsForClock || waitMs <= clockPatienceMs) return
    this.waitsForClock = true
    // What came before waits; what comes now is told to come again.
    intake.closed = true
    log.warn({ block: this.base.number + 1n, previous: this.base.timestamp, waitMs }, 'opening waits for the clock')
  }

  /** What is due in the block is not known yet: the L2 has not been followed that far. */
  private tellL2Wait(number: bigint, timestamp: bigint): void {
    const { inbox, intake, log } = this.deps
    if (this.waitsForL2) return
    this.waitsForL2 = true
    intake.closed = true
    log.warn({ block: number, timestamp, inboxKnownUntil: inbox.knownUntil }, 'opening waits for the L2')
  }

  private openBlock(next: { number: bigint; timestamp: bigint; items: readonly QueuedItem[] }): void {
    const { execution, journal, chain, intake, clock, fail, log } = this.deps
    const { items, number, timestamp } = next
    const { inboxCount, inboxHash: before, prices } = this.base
    const { lineage } = chain
    const inboxHash = items.at(-1)?.inboxHash ?? before
    const opening: Opening = {
      number,
      timestamp,
      lineage,
      inboxFrom: inboxCount,
      items: items.length,
      inboxHash,
      prices,
    }
    const appended = journal.append([encodeRecord({ kind: 'opening', opening })])
    appended.catch(fail)
    execution.open({ number, timestamp, prices, items })
    this.open = { opening, items, openedAt: clock.elapsed(), operations: 0, waitingSince: undefined }
    log.debug({ block: number, timestamp, items: items.length }, 'block opened')
    this.told?.opened(number, items)
    intake.open(this.plan.room(number))
  }

  private decide(open: OpenBlock): ReturnType<ReturnType<typeof livePlan>['seal']> {
    const { clock, execution, intake } = this.deps
    return this.plan.seal(
      {
        openedAt: open.openedAt,
        operations: open.operations,
        items: open.items.length,
        waitingSince: open.waitingSince,
        full: execution.load().full,
      },
      { now: clock.elapsed(), number: open.opening.number, roomLeft: intake.room, requested: this.sealRequested },
    )
  }

  private async trySeal(open: OpenBlock): Promise<'now' | number | undefined> {
    const decision = this.decide(open)
    const { clock, execution, intake, metrics } = this.deps
    if (decision.seal === undefined) return decision.againAt && decision.againAt - clock.elapsed()
    intake.hold()
    await this.committing
    const started = performance.now()
    const sealed = await execution.seal({ leaveQueued: this.plan.leaveQueued })
    metrics.seal.observe((performance.now() - started) / 1000)
    this.plan.sealed(open.opening.number, intake.unexecuted)
    this.open = undefined
    if (sealed.view.runs.length === 0 && open.items.length === 0) this.drop(open)
    else await this.close(open, sealed, decision.seal)
    this.sealRequested = false
    this.wake.beat()
    return 'now'
  }

  /** A block that stayed empty: its number is opened again, under a later timestamp. */
  private drop(open: OpenBlock): void {
    this.deps.log.debug({ block: open.opening.number }, 'empty block dropped')
  }

  private async close(open: OpenBlock, sealed: SealedRuns, reason: string): Promise<void> {
    const { opening, items } = open
    const { snapshotter, fail } = this.deps
    this.base = {
      number: opening.number,
      timestamp: opening.timestamp,
      inboxCount: opening.inboxFrom + BigInt(items.length),
      inboxHash: opening.inboxHash,
      prices: pricesAfter(opening.prices, items),
    }
    const committed = this.commit(open, sealed, reason)
    committed.catch(fail)
    this.committing = committed
    if (!snapshotter.due(opening.number)) return
    await committed
    await snapshotter.capture()
  }

  private async commit(open: OpenBlock, sealed: SealedRuns, reason: string): Promise<void> {
    const { chain, journal, log, metrics, backpressure } = this.deps
    const started = performance.now()
    const tip = chain.follow(open.opening, open.items, sealed)
    // Everything of the block is in the journal before this record. What is appended meanwhile shares its write.
    await journal.append([encodeRecord({ kind: 'seal', seal: { number: open.opening.number, root: tip.root } })])
    await chain.commit(tip, open.opening, open.items, sealed)
    const { bytes, witnessBytes } = sealed.view
    backpressure.sealed(open.opening.number, bytes.length + witnessBytes.length, open.operations)
    const tookMs = performance.now() - started
    metrics.commit.observe(tookMs / 1000)
    metrics.blocks.inc({ reason })
    metrics.blockOperations.observe(open.operations)
    metrics.finality.set({ level: 'sealed' }, Number(open.opening.number))
    log.info(
      {
        block: open.opening.number,
        reason,
        operations: open.operations,
        items: open.items.length,
        shards: sealed.view.runs.length,
        tookMs: Math.round(tookMs),
      },
      'block sealed',
    )
  }
}
