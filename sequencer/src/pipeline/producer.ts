import type { ExecutedBatch, Execution, SealedRuns } from '@parley/execution'
import { type Clock, type Journal, type Prices, pricesAfter, type QueuedItem } from '@parley/protocol'
import type { Logger } from 'pino'
import { encodeEntries, encodeOpening, type Opening } from '../chain/opening.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { Metrics } from '../metrics.ts'
import type { Settings } from '../options.ts'
import { firstOf, Pulse } from '../pulse.ts'
import type { InboxFollower } from '../settlement/inbox-follower.ts'
import type { Intake } from './intake.ts'
import type { OpenBlock } from './open-block.ts'
import { livePlan, virtualPlan } from './plan.ts'
import type { Snapshotter } from './snapshotter.ts'

/** What the next opening follows: the last block opened, sealed or not. */
export interface OpeningBase {
  readonly number: bigint
  /** Milliseconds. */
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly prices: Prices
}

export interface ProducerDeps {
  readonly execution: Execution
  readonly journal: Journal
  readonly chain: SealedChain
  readonly inbox: InboxFollower
  readonly intake: Intake
  readonly snapshotter: Snapshotter
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  /** Stops the sequencer: what follows an error is not known. */
  readonly fail: (error: unknown) => void
}

/** Opens blocks, journals what lanes executed, answers for it, and seals. One block is open at a time. */
export class Producer {
  open: OpenBlock | undefined

  private base: OpeningBase
  private readonly wake = new Pulse()
  private committing: Promise<void> = Promise.resolve()
  private sealRequested = false
  /** Since when opening waits for the L2; clock, milliseconds. */
  blockedSince: number | undefined

  private readonly deps: ProducerDeps
  private readonly plan: ReturnType<typeof livePlan>

  /** @param resumed - What recovery left: the last opening, and its block if that is still open. */
  constructor(
    deps: ProducerDeps,
    settings: Settings,
    resumed: { readonly base: OpeningBase; readonly open: OpenBlock | undefined },
  ) {
    this.deps = deps
    this.base = resumed.base
    this.open = resumed.open
    this.plan =
      settings.virtual === undefined
        ? livePlan(settings.sealing)
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
    open.waitingSince ??= clock.now()
    const appended = journal.append([encodeEntries(batch.block, record)])
    open.durable = appended
    appended.then(() => this.answer(batch), fail)
    if (first || this.decide(open).seal !== undefined) this.wake.beat()
  }

  /** Runs until `signal`; what is open then stays open in the journal. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.open !== undefined) this.deps.intake.open(this.plan.room(this.open.opening.number))
    while (!signal.aborted) {
      const woken = this.wake.next()
      const again = this.open === undefined ? await this.tryOpen() : await this.trySeal(this.open)
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

  private async waitFor(woken: Promise<void>, againAt: number | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps
    const timer = new AbortController()
    const events: Promise<unknown>[] = [woken]
    if (againAt !== undefined) {
      const sleep = clock.sleep(Math.max(1, againAt - clock.now()), timer.signal)
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

  /** Opens a block if one is needed and may be; otherwise says when to try again. */
  private async tryOpen(): Promise<'now' | number | undefined> {
    const { inbox, intake, clock } = this.deps
    const number = this.base.number + 1n
    const known = inbox.count - this.base.inboxCount
    const decision = this.plan.open({
      number,
      base: this.base,
      waiting: intake.waiting,
      items: known,
      now: clock.now(),
    })
    if (decision === undefined) return undefined
    if (decision.waitUntil !== undefined) return decision.waitUntil
    const { timestamp } = decision
    if (timestamp >= inbox.knownUntil) {
      this.blockedSince ??= this.blocked(number, timestamp)
      return undefined
    }
    this.blockedSince = undefined
    intake.closed = false
    const { forceDelayMs } = this.deps.chain.config
    const items = await inbox.take(decision.most, (waiting) => this.plan.take(number, waiting, timestamp, forceDelayMs))
    this.openBlock({ number, timestamp, items })
    return 'now'
  }

  /** What is due in the block is not known yet: the L2 has not been followed that far. */
  private blocked(number: bigint, timestamp: bigint): number {
    const { inbox, intake, clock, log } = this.deps
    intake.closed = true
    log.warn({ block: number, timestamp, inboxKnownUntil: inbox.knownUntil }, 'opening waits for the L2')
    return clock.now()
  }

  private openBlock(next: { number: bigint; timestamp: bigint; items: readonly QueuedItem[] }): void {
    const { execution, journal, chain, intake, clock, fail, log } = this.deps
    const { items, number, timestamp } = next
    const { inboxCount, prices } = this.base
    const { lineage } = chain.tip.header
    const opening: Opening = { number, timestamp, lineage, inboxFrom: inboxCount, items: items.length, prices }
    const durable = journal.append([encodeOpening(opening)])
    durable.catch(fail)
    execution.open({ number, timestamp, prices, items })
    this.open = { opening, items, openedAt: clock.now(), operations: 0, waitingSince: undefined, durable }
    log.debug({ block: number, timestamp, items: items.length }, 'block opened')
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
      { now: clock.now(), number: open.opening.number, roomLeft: intake.room, requested: this.sealRequested },
    )
  }

  private async trySeal(open: OpenBlock): Promise<'now' | number | undefined> {
    const decision = this.decide(open)
    if (decision.seal === undefined) return decision.againAt
    const { execution, intake, metrics } = this.deps
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
    const { chain, log, metrics } = this.deps
    const started = performance.now()
    // A stored block must never hold more than the journal: recovery rebuilds it from there.
    await open.durable
    await chain.commit(open.opening, open.items, sealed)
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
