import {
  type BlockHeader,
  BlockHeaderType,
  genesisHeader,
  limits,
  type SettlementEvent,
  type SignedHeader,
  sameBytes,
  sequencerAt,
  toHex,
} from '@parley/protocol'
import { Pulse, Turns } from '@parley/runtime'
import type { Logger } from 'pino'
import { NodeError } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { NodeMetrics } from '../metrics.ts'
import { againstFinal, type EvidenceDeps, sealOf } from './evidence.ts'
import { ConflictState, type HeaderStore, type KeptHeader, keptBytes } from './header-store.ts'
import type { KeySchedule } from './key-schedule.ts'
import type { L2Facts } from './l2-facts.ts'

export interface WatcherDeps extends EvidenceDeps {
  readonly headers: HeaderStore
  readonly facts: L2Facts
  readonly l2: L2Log
  readonly schedule: KeySchedule
  readonly log: Logger
  readonly metrics: NodeMetrics
}

export interface WatcherOptions {
  /** Bytes of headers kept from one source. */
  readonly watchedBytes: number
  /** Seconds for which a bond answers beyond finality. */
  readonly evidencePeriod: number
}

/** What was made of a header: kept, known before, or kept as another one of its place. */
export type Taken = 'kept' | 'known' | 'contradicts'

/** Name of the source of headers that claims on the L2 show. */
const ofClaims = 'claims'
/** Of a source's bytes, the part for headers that nothing follows from as it is: that bind nobody, or of no block that may be sealed. */
const unlikelyPart = 16
const unlikely = ', not of the chain'
/** Milliseconds by which this node may know less of the L2 than whoever seals. */
const aheadMs = 3_600_000n
/** Headers kept of one place: two are enough, unless one of them binds no more. */
const mostOfAPlace = 4
/** L2 blocks behind which nothing shown is expected to be taken back. */
const settledBlocks = 128n

/** Keeps signed headers, and notes where there are two for one place. */
export class Watcher {
  /** Beats when a place has more than one header. */
  readonly found = new Pulse()
  private readonly deps: WatcherDeps
  private readonly options: WatcherOptions
  /** One header at a time: two of one place that come together must meet. */
  private readonly turns = new Turns(1)
  private compared = 0n

  constructor(deps: WatcherDeps, options: WatcherOptions) {
    this.deps = deps
    this.options = options
  }

  /**
   * Takes a header in that somebody showed.
   * @throws {NodeError} `HEADER_UNSIGNED`; `HEADERS_FULL` when as much is kept from this source as may be. {CodedError} when the
   * L2 has to be asked for the schedule of keys, and does not answer.
   */
  async take(signed: SignedHeader, source: string, signal: AbortSignal): Promise<Taken> {
    const { header } = signed
    const root = BlockHeaderType.hashTreeRoot(header)
    if (await this.isKnown({ root, signed })) return this.counted('known', source)
    const keys = await this.deps.schedule.keys(signal)
    const sealed = sealOf(this.deps, keys, signed)
    if (sealed === undefined) {
      this.deps.metrics.watchedHeaders.inc({ source, outcome: 'unsigned' })
      throw new NodeError({ code: 'HEADER_UNSIGNED', block: header.number, key: sequencerAt(keys, header.number).key })
    }
    return this.turns.take(() => this.keep({ root, signed: sealed }, source), signal)
  }

  /** Takes in what a page of the L2 shows, before it is told to anybody else. The same page may come again. */
  async takeEvents(events: readonly SettlementEvent[], signal: AbortSignal): Promise<void> {
    const { facts, schedule } = this.deps
    await facts.take(events)
    for (const event of events)
      if (event.kind === 'key') schedule.spoil()
      else if (event.kind === 'rollback') {
        schedule.spoil()
        await this.reopen(event.to.blockNumber)
      } else if (event.kind === 'claim' && event.seal !== undefined) {
        // The contract has checked its signature.
        const signed = { header: event.claim.lastHeader, signature: event.seal }
        const kept = { root: BlockHeaderType.hashTreeRoot(signed.header), signed }
        if (!(await this.isKnown(kept))) await this.turns.take(() => this.keep(kept, ofClaims), signal)
      }
  }

  /** Compares what is kept with what has become final, and forgets what is answered for, or no longer answerable. */
  async compare(): Promise<void> {
    const { headers, finals, facts, l2 } = this.deps
    const { evidencePeriod } = this.options
    const through = await finals.through()
    if (through < this.compared) this.compared = through
    await facts.noteFinal(through, l2, evidencePeriod)
    for await (const kept of headers.between(this.compared + 1n, through)) await this.compareOne(kept)
    this.compared = through
    await headers.dropThrough(await facts.unanswerableThrough(l2, evidencePeriod))
  }

  private async compareOne(kept: KeptHeader): Promise<void> {
    const { headers } = this.deps
    const { header } = kept.signed
    if (headers.isMarked(header)) return
    const verdict = await againstFinal(this.deps, header, kept.root)
    // Another header of this place is shown against the claim from now on.
    if (verdict === 'same') await headers.drop(kept)
    if (verdict === 'other') {
      await headers.mark(header)
      this.found.beat()
    }
  }

  private async isKnown({ root, signed: { header } }: KeptHeader): Promise<boolean> {
    if (await this.deps.headers.has(header, root)) return true
    return (await againstFinal(this.deps, header, root)) === 'same'
  }

  private async keep(kept: KeptHeader, source: string): Promise<Taken> {
    const { headers, log } = this.deps
    const { header } = kept.signed
    const beside = await headers.at(header)
    if (await headers.has(header, kept.root)) return this.counted('known', source)
    const isAgainstFinal = (await againstFinal(this.deps, header, kept.root)) === 'other'
    const isSecond = beside.length > 0 || isAgainstFinal
    if (await this.hasPlace(beside)) {
      const { binds } = this.deps
      const counts = await binds(header)
      const share = counts && (await this.isOfTheChain(header)) ? source : `${source}${unlikely}`
      // What can be shown costs its key a bond, so that nobody fills the store with it.
      const canBeShown = counts && (isAgainstFinal || (await anyOf(beside, ({ signed }) => binds(signed.header))))
      if (!canBeShown) this.demandRoom(share, share === source ? 1 : unlikelyPart)
      await headers.keep(kept, share, isSecond)
    }
    if (!isSecond) return this.counted('kept', source)
    log.warn({ block: header.number, lineage: toHex(header.lineage), source }, 'another signed header of a block')
    this.found.beat()
    return this.counted('contradicts', source)
  }

  /**
   * Whether a place takes one more. Headers that do not bind cost their key nothing: they give way, or as many of them as are kept
   * would hide those that do.
   */
  private async hasPlace(beside: readonly KeptHeader[]): Promise<boolean> {
    if (beside.length < mostOfAPlace) return true
    for (const kept of beside)
      if (!(await this.deps.binds(kept.signed.header))) {
        await this.deps.headers.drop(kept)
        return true
      }
    return false
  }

  /** Whether the block may have been sealed by now, in the lineage in force: signing any other costs a key nothing. */
  private async isOfTheChain({ number, lineage }: BlockHeader): Promise<boolean> {
    const { l2, config } = this.deps
    const { summary } = l2
    if (summary === undefined || !sameBytes(summary.lineage, lineage)) return false
    const head = (await l2.claim(summary.claim))?.claim.lastHeader ?? genesisHeader(config)
    const sinceMs = summary.time > head.timestamp ? summary.time - head.timestamp : 0n
    return number <= head.number + (sinceMs + aheadMs) / limits.minBlockIntervalMs
  }

  /** @param part - Of what a source may have, the share is one of so many. */
  private demandRoom(source: string, part: number): void {
    const { headers, metrics } = this.deps
    const maximum = Math.floor(this.options.watchedBytes / part)
    const bytes = headers.bytesOf(source) + keptBytes
    if (bytes <= maximum) return
    metrics.watchedHeaders.inc({ source, outcome: 'full' })
    throw new NodeError({ code: 'HEADERS_FULL', source, bytes, maximum })
  }

  /** What was shown of late may be taken back with the L2's blocks. */
  private async reopen(to: bigint): Promise<void> {
    const { headers } = this.deps
    for await (const { state, settled, ...place } of headers.marks())
      if (state === ConflictState.shown && settled > to) await headers.setState(place, ConflictState.told)
    this.found.beat()
  }

  private counted(outcome: Taken, source: string): Taken {
    this.deps.metrics.watchedHeaders.inc({ source, outcome })
    return outcome
  }
}

async function anyOf<Value>(values: readonly Value[], holds: (value: Value) => Promise<boolean>): Promise<boolean> {
  for (const value of values) if (await holds(value)) return true
  return false
}

/** L2 block up to which what was shown at `at` may be taken back. */
export const settledAt = (at: bigint): bigint => at + settledBlocks
