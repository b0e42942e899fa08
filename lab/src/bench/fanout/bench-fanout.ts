import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { median, type Spread, spreadOf } from '@parley/execution/bench'
import type { Context } from '../../context.ts'
import { type Child, startChild } from '../../process/child.ts'
import { environmentOf } from '../../stack/environment.ts'
import { type BenchStack, withBenchStack } from '../bench-stack.ts'
import { type BenchFrame, benchFrame, repeatsOf } from '../frame.ts'
import type { SentBody } from '../latency/open-loop.ts'
import { type PercentileSpreads, type Percentiles, percentilesOf, spreadsOf } from '../latency/percentiles.ts'
import { runLoadProcess } from '../load-process.ts'
import type { PreparedLoad } from '../prepared-load.ts'
import { readCpuTimes, threadOfLanes, usedBetween } from '../thread-cpu.ts'
import type { Broadcast } from './broadcast.ts'
import type { FedResult, FeedPlace, FeedPlan } from './feed-plan.ts'

/** What came of one rate. Milliseconds, microseconds of CPU. */
export interface RateFanOut {
  readonly messagesPerSecond: number
  /** CPU of the server for one delivery: with feeds less without, all threads but the lanes; and of a bare server. */
  readonly cpuPerDelivery: { readonly sequencer: Spread; readonly bare: Spread }
  /** Of the two, one repeat after another. */
  readonly ratio: Spread
  /** From when a message was due until its receipt was there. */
  readonly accepted: { readonly withFeeds: PercentileSpreads; readonly without: PercentileSpreads }
  /** p99 of acceptance with feeds to that without. */
  readonly acceptedRatio: Spread
  /** From when the block was there until the entry was. */
  readonly afterBlock: { readonly sequencer: PercentileSpreads; readonly bare: PercentileSpreads }
  /** Entries over all repeats. */
  readonly delivered: number
  readonly lost: number
  readonly doubled: number
  readonly disordered: number
}

/** What `parley bench fanout --json` prints. */
export interface FanOutReport extends BenchFrame {
  readonly lanes: number
  readonly verifier: string
  readonly feeds: number
  readonly results: readonly RateFanOut[]
}

export interface FanOutSize {
  /** Conversations, each followed by one feed. */
  readonly feeds: number
  readonly messagesPerSecond: readonly number[]
  /** Seconds of each load at the least; every conversation gets the same number of messages. */
  readonly seconds: number
}

const sizes = {
  full: { feeds: 1_000, messagesPerSecond: [200, 1_000], seconds: 20 },
  quick: { feeds: 1_000, messagesPerSecond: [1_000], seconds: 8 },
} as const
/** Connections of a load; the conversations of each are its own. */
const streams = 40
const readyWithinMs = 120_000

/** Measures what a live delivery costs, against a bare server that sends the same bytes, and what readers cost writers. */
export async function benchFanOut(
  context: Context,
  size: FanOutSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<FanOutReport> {
  const { feeds, messagesPerSecond: rates, seconds } = size
  const repeats = repeatsOf(context.config, { full: 3, quick: 1 })
  const results: RateFanOut[] = []
  let made: Pick<BenchStack, 'lanes' | 'verifier'> | undefined
  for (const rate of rates) {
    const perConversation = Math.ceil((rate * seconds) / feeds)
    const load = { streams, messagesPerBody: 1, bodiesPerStream: (perConversation * feeds) / streams }
    // Blocks are followed as well: by the batcher, and by the subscribers as the clock of sealing.
    const options = { layer: 'local', maxFeeds: feeds + 10 } as const
    results.push(
      await withBenchStack(context, options, async (bench) => {
        made = bench
        const { paths, places } = await bench.sign(load, 1 + 2 * repeats, feeds)
        return new FanOutRun(context, bench, { rate, load, places, perConversation }).measure(paths)
      }),
    )
  }
  const { lanes, verifier } = made as Pick<BenchStack, 'lanes' | 'verifier'>
  const workload = `${feeds} feeds, one of each conversation, at ${rates.join(' and ')} messages per second`
  return { ...benchFrame(context, { workload, repeats }), lanes, verifier, feeds, results }
}

interface FanOutLoad {
  readonly rate: number
  readonly load: PreparedLoad
  readonly places: readonly FeedPlace[]
  readonly perConversation: number
}

interface Measured {
  readonly cpuMicroseconds: number
  readonly sent: readonly SentBody[]
}

/** All repeats at one rate. */
class FanOutRun {
  /** Position of the next message of every conversation. */
  private from = 0
  private readonly context: Context
  private readonly bench: BenchStack
  private readonly offered: FanOutLoad

  constructor(context: Context, bench: BenchStack, offered: FanOutLoad) {
    this.context = context
    this.bench = bench
    this.offered = offered
  }

  async measure(paths: readonly string[]): Promise<RateFanOut> {
    const without: Measured[] = []
    const fed: (Measured & { readonly result: FedResult })[] = []
    const bare: { readonly cpuMicroseconds: number; readonly result: FedResult }[] = []
    // The first load warms the code up: what is compiled then would count for the others.
    await this.loaded(paths[0] as string)
    this.from += this.offered.perConversation
    for (let next = 1; next < paths.length; next += 2) {
      without.push(await this.loaded(paths[next] as string))
      this.from += this.offered.perConversation
      const withFeeds = await this.fed(paths[next + 1] as string)
      fed.push(withFeeds)
      bare.push(await this.bare(withFeeds.result))
      this.from += this.offered.perConversation
    }
    return reportOf(this.offered.rate, { without, fed, bare })
  }

  /** Sends one load; the CPU is counted until `delivered` resolves. */
  private async loaded(path: string, delivered?: Promise<unknown>): Promise<Measured> {
    const { context, bench, offered } = this
    const pids = new Map([['sequencer', bench.stack.roles.get('sequencer').pid]])
    const before = await readCpuTimes(pids)
    const bodiesPerSecond = offered.rate / offered.load.messagesPerBody
    const config = {
      'sequencer.url': bench.stack.places.sequencerUrl,
      'bench.file': path,
      'bench.bodiesPerSecond': bodiesPerSecond,
    }
    const logFile = this.logFile('load')
    const sent = await runLoadProcess<SentBody[]>(context, { role: 'bench open-load', config, logFile }, bench.signal)
    await delivered
    const used = usedBetween(before, await readCpuTimes(pids), threadOfLanes)
    const cpuMicroseconds = [...used].reduce((sum, [part, each]) => (part === 'lanes' ? sum : sum + each), 0)
    return { cpuMicroseconds, sent }
  }

  private async fed(path: string): Promise<Measured & { readonly result: FedResult }> {
    const feeds = await this.child<FedResult>('subscribe', this.plan(this.bench.stack.places.sequencerUrl, true))
    try {
      const measured = await this.loaded(path, feeds.result)
      return { ...measured, result: await feeds.result }
    } finally {
      await feeds.child.stop()
    }
  }

  private async bare({ blocks }: FedResult): Promise<{ cpuMicroseconds: number; result: FedResult }> {
    const broadcast: Broadcast = { ...this.plan('', false), schedule: blocks }
    const server = await this.child<never>('broadcast', broadcast)
    const pids = new Map([['bare', server.child.pid]])
    try {
      const feeds = await this.child<FedResult>('subscribe', this.plan(server.child.ready.url as string, false))
      const opened = await readCpuTimes(pids)
      const result = await feeds.result
      const used = usedBetween(opened, await readCpuTimes(pids), () => 'bare').get('bare') as number
      await feeds.child.stop()
      return { cpuMicroseconds: used, result }
    } finally {
      await server.child.stop()
    }
  }

  private plan(url: string, blocks: boolean): FeedPlan {
    return { url, places: this.offered.places, from: this.from, count: this.offered.perConversation, blocks }
  }

  /** Starts a process that reads its plan from a file; it is ready when its connections are. */
  private async child<T>(
    name: 'subscribe' | 'broadcast',
    plan: FeedPlan,
  ): Promise<{ child: Child; result: Promise<T> }> {
    const { context, bench } = this
    const path = join(bench.dataDir, `${name}.json`)
    await writeFile(path, JSON.stringify(plan))
    const told = Promise.withResolvers<T>()
    const role = `bench ${name}`
    const env = environmentOf(context.inheritedEnv, { 'bench.file': path })
    const onResult = (result: unknown): void => told.resolve(result as T)
    const child = await startChild(
      context,
      { role, env, logFile: this.logFile(name), readyWithinMs, onResult },
      bench.signal,
    )
    const ended = child.exited.then((): Promise<T> => told.promise)
    return { child, result: Promise.race([told.promise, ended]) }
  }

  private logFile(name: string): string {
    return join(this.bench.dataDir, 'logs', `${name}.log`)
  }
}

function acceptedOf({ sent }: Measured): Percentiles {
  return percentilesOf(sent.map(({ dueAtMs, answeredAtMs }) => ({ ms: answeredAtMs - dueAtMs, messages: 1 })))
}

function afterBlockOf({ afterBlockMs }: FedResult): Percentiles {
  return percentilesOf(afterBlockMs.map((ms) => ({ ms, messages: 1 })))
}

function reportOf(
  messagesPerSecond: number,
  {
    without,
    fed,
    bare,
  }: {
    readonly without: readonly Measured[]
    readonly fed: readonly (Measured & { readonly result: FedResult })[]
    readonly bare: readonly { readonly cpuMicroseconds: number; readonly result: FedResult }[]
  },
): RateFanOut {
  const ofSequencer = fed.map(
    ({ cpuMicroseconds, result }, i) => (cpuMicroseconds - (without[i] as Measured).cpuMicroseconds) / result.delivered,
  )
  const ofBare = bare.map(({ cpuMicroseconds, result }) => cpuMicroseconds / result.delivered)
  const limit = median(ofBare)
  const count = (name: 'delivered' | 'lost' | 'doubled' | 'disordered'): number =>
    fed.reduce((sum, { result }) => sum + result[name], 0)
  return {
    messagesPerSecond,
    cpuPerDelivery: { sequencer: spreadOf(ofSequencer, 1), bare: spreadOf(ofBare, 1) },
    ratio: spreadOf(
      ofSequencer.map((each) => each / limit),
      2,
    ),
    accepted: { withFeeds: spreadsOf(fed.map(acceptedOf)), without: spreadsOf(without.map(acceptedOf)) },
    acceptedRatio: spreadOf(
      fed.map((each, i) => acceptedOf(each).p99 / acceptedOf(without[i] as Measured).p99),
      2,
    ),
    afterBlock: {
      sequencer: spreadsOf(fed.map(({ result }) => afterBlockOf(result))),
      bare: spreadsOf(bare.map(({ result }) => afterBlockOf(result))),
    },
    delivered: count('delivered'),
    lost: count('lost'),
    doubled: count('doubled'),
    disordered: count('disordered'),
  }
}
