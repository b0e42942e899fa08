import { join } from 'node:path'
import { waitFor } from '@parley/cli/roles'
import { median, type Spread, spreadOf } from '@parley/execution/bench'
import type { Context } from '../../context.ts'
import { type BenchStack, streamsOf, talksOf, withBenchStack } from '../bench-stack.ts'
import { type BenchFrame, benchFrame, repeatsOf } from '../frame.ts'
import { runLoadProcess } from '../load-process.ts'
import { acceptedPerSecond } from '../measure.ts'
import type { PreparedLoad } from '../prepared-load.ts'
import type { SentLoad } from '../send-load.ts'
import { type BlockLevel, BlockLevels, blockLevels, watchLevels } from './block-levels.ts'
import type { SentBody } from './open-loop.ts'
import { type PercentileSpreads, type Percentiles, percentilesOf, spreadsOf } from './percentiles.ts'
import { readSealCounts, type SealCounts, type Sealing, sealingBetween } from './sealing.ts'

/** Delays at one share of the capacity. */
export type LoadLatency = {
  readonly shareOfCapacity: number
  /** At which messages were due. */
  readonly messagesPerSecond: Spread
} & { readonly [level in 'accepted' | BlockLevel]: PercentileSpreads }

/** All that was measured with bodies of one size. */
export interface BodyLatency {
  readonly batchSize: number
  /** Messages a second accepted of those who send as fast as they are answered; each repeat measures it first. */
  readonly capacity: Spread
  /** Of the blocks of those loads. */
  readonly sealing: Sealing
  readonly loads: readonly LoadLatency[]
}

/** What `parley bench latency --json` prints. Milliseconds, from the time a message was due to be sent. */
export interface LatencyReport extends BenchFrame {
  readonly layer: string
  readonly lanes: number
  readonly verifier: string
  /** Age at which a block is sealed that has enough in it. */
  readonly blockTimeMs: number
  readonly results: readonly BodyLatency[]
}

/** How much is measured. */
export interface LatencySize {
  readonly batchSizes: readonly number[]
  readonly sharesOfCapacity: readonly number[]
  /** Messages of each load, rounded up to whole bodies of all connections. */
  readonly messages: number
}

const shares = [0.25, 0.5, 0.75, 0.9]
const sizes = {
  full: { batchSizes: [10, 100], sharesOfCapacity: shares, messages: 40_000 },
  quick: { batchSizes: [100], sharesOfCapacity: shares, messages: 16_000 },
} as const
const withinMs = 120_000

/** Measures how long messages take to each level of finality by how busy the sequencer is. */
export async function benchLatency(
  context: Context,
  size: LatencySize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<LatencyReport> {
  const { config } = context
  const layer = config.da.layer.toString()
  const results: BodyLatency[] = []
  let made: Pick<BenchStack, 'lanes' | 'verifier'> | undefined
  for (const batchSize of size.batchSizes)
    results.push(
      await withBenchStack(context, { layer }, (bench) => {
        made = bench
        return new LatencyRun(context, bench, loadOf(batchSize, size), size.sharesOfCapacity).measure()
      }),
    )
  const { lanes, verifier } = made as Pick<BenchStack, 'lanes' | 'verifier'>
  const repeats = repeatsOf(config)
  const workload = `loads of ${size.messages} messages at fixed rates over HTTP, in ${size.batchSizes.map((each) => talksOf(streamsOf(each))).join(' and ')} conversations of two`
  const { minAgeMs: blockTimeMs } = config.sequencer
  return { ...benchFrame(context, { workload, repeats }), layer, lanes, verifier, blockTimeMs, results }
}

function loadOf(messagesPerBody: number, { messages }: LatencySize): PreparedLoad {
  const streams = streamsOf(messagesPerBody)
  return { streams, messagesPerBody, bodiesPerStream: Math.ceil(messages / streams / messagesPerBody) }
}

interface Offered {
  readonly share: number
  readonly messagesPerSecond: number
  readonly sent: readonly SentBody[]
}

/** All repeats with bodies of one size. */
class LatencyRun {
  private readonly levels = new BlockLevels()
  private readonly capacities: number[] = []
  private readonly offered: Offered[] = []
  private readonly context: Context
  private readonly bench: BenchStack
  private readonly load: PreparedLoad
  private readonly shares: readonly number[]

  constructor(context: Context, bench: BenchStack, load: PreparedLoad, shares: readonly number[]) {
    this.context = context
    this.bench = bench
    this.load = load
    this.shares = shares
  }

  async measure(): Promise<BodyLatency> {
    const { context, bench, shares, levels } = this
    const repeats = repeatsOf(context.config)
    const signed = await bench.sign(this.load, repeats * (1 + shares.length))
    const paths = signed.paths.values()
    const watching = watchLevels(context, bench.stack.places, levels, bench.signal)
    // Raced with everything that is waited for below.
    watching.catch(() => undefined)
    return Promise.race([watching, this.repeat(repeats, paths)])
  }

  private async repeat(repeats: number, paths: Iterator<string>): Promise<BodyLatency> {
    const before = await this.sealCounts()
    const sealed: SealCounts[] = []
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const start = repeat === 0 ? before : await this.sealCounts()
      await this.saturate(nextOf(paths))
      sealed.push(added(sealed.at(-1), start, await this.sealCounts()))
      for (const share of this.shares) await this.offer(share, nextOf(paths))
    }
    await this.reached('final', this.lastBlock())
    return this.report(sealed.at(-1) as SealCounts)
  }

  private async saturate(path: string): Promise<void> {
    const sent = await this.send<SentLoad>('bench load', path, {})
    this.capacities.push(acceptedPerSecond(sent))
    await this.reached('claimed', Math.max(...Object.keys(sent.byBlock).map(Number)))
  }

  private async offer(share: number, path: string): Promise<void> {
    const messagesPerSecond = share * median(this.capacities)
    const bodiesPerSecond = Math.max(1, Math.round(messagesPerSecond / this.load.messagesPerBody))
    const sent = await this.send<SentBody[]>('bench open-load', path, { 'bench.bodiesPerSecond': bodiesPerSecond })
    this.offered.push({ share, messagesPerSecond: bodiesPerSecond * this.load.messagesPerBody, sent })
    const { p50, p99 } = acceptedOf(sent)
    this.context.err.write(
      `bodies of ${this.load.messagesPerBody} at ${100 * share} %, ${Math.round(messagesPerSecond)}/s: accepted ${p50.toFixed(1)} ms p50, ${p99.toFixed(1)} ms p99\n`,
    )
    await this.reached('claimed', lastBlockOf(sent))
  }

  private send<T>(role: string, path: string, more: { 'bench.bodiesPerSecond'?: number }): Promise<T> {
    const { context, bench } = this
    const config = { 'sequencer.url': bench.stack.places.sequencerUrl, 'bench.file': path, ...more }
    return runLoadProcess<T>(context, { role, config, logFile: join(bench.dataDir, 'logs', 'load.log') }, bench.signal)
  }

  private async reached(level: BlockLevel, block: number): Promise<void> {
    const look = (): true | undefined => (this.levels.last(level) >= block ? true : undefined)
    const waiting = { clock: this.context.clock, everyMs: 25, withinMs }
    await waitFor(`all messages to be ${level}`, look, waiting, this.bench.signal)
  }

  private lastBlock(): number {
    return Math.max(...this.offered.map(({ sent }) => lastBlockOf(sent)))
  }

  private async sealCounts(): Promise<SealCounts> {
    const response = await fetch(`${this.bench.stack.places.sequencerUrl}/metrics`, { signal: this.bench.signal })
    return readSealCounts(await response.text())
  }

  private report(sealed: SealCounts): BodyLatency {
    const nothing = { buckets: sealed.buckets.map(([bound]) => [bound, 0] as const), seconds: 0 }
    return {
      batchSize: this.load.messagesPerBody,
      capacity: spreadOf(this.capacities, 0),
      sealing: sealingBetween(nothing, sealed),
      loads: this.shares.map((share) => this.reportOf(share)),
    }
  }

  private reportOf(share: number): LoadLatency {
    const offered = this.offered.filter((each) => each.share === share)
    const spreads = (of: (sent: readonly SentBody[]) => Percentiles): PercentileSpreads =>
      spreadsOf(offered.map(({ sent }) => of(sent)))
    const [sealed, published, claimed, final] = blockLevels.map((level) =>
      spreads((sent) => this.levels.percentiles(level, sent)),
    ) as [PercentileSpreads, PercentileSpreads, PercentileSpreads, PercentileSpreads]
    const messagesPerSecond = spreadOf(
      offered.map((each) => each.messagesPerSecond),
      0,
    )
    return {
      shareOfCapacity: share,
      messagesPerSecond,
      accepted: spreads(acceptedOf),
      sealed,
      published,
      claimed,
      final,
    }
  }
}

function acceptedOf(sent: readonly SentBody[]): Percentiles {
  return percentilesOf(
    sent.map(({ dueAtMs, answeredAtMs, blocks }) => {
      return { ms: answeredAtMs - dueAtMs, messages: blocks.reduce((sum, [, messages]) => sum + messages, 0) }
    }),
  )
}

const lastBlockOf = (sent: readonly SentBody[]): number =>
  sent.reduce((last, { blocks }) => blocks.reduce((highest, [block]) => Math.max(highest, block), last), 0)

/** What was sealed between two readings, with what was before. */
function added(sum: SealCounts | undefined, before: SealCounts, after: SealCounts): SealCounts {
  return {
    buckets: after.buckets.map(([bound, count], i) => {
      return [bound, count - (before.buckets[i]?.[1] ?? 0) + (sum?.buckets[i]?.[1] ?? 0)] as const
    }),
    seconds: after.seconds - before.seconds + (sum?.seconds ?? 0),
  }
}

function nextOf(paths: Iterator<string>): string {
  const { value, done } = paths.next()
  if (done === true) throw new RangeError('more loads are sent than were signed')
  return value
}
