import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FeedLevel } from '@parley/api'
import { median, type Spread, spreadOf } from '@parley/execution/bench'
import { BlockHeaderType } from '@parley/protocol'
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

/** What one delivery costs, and what readers cost writers. */
export interface DeliveryCost {
  /** CPU of the server for one delivery: with feeds less without, all threads but the lanes; and of a bare server. */
  readonly cpuPerDelivery: { readonly server: Spread; readonly bare: Spread }
  /** Of the two, one repeat after another. */
  readonly ratio: Spread
  /** From when a message was due until its receipt was there, without feeds. */
  readonly acceptedWithout: PercentileSpreads
  /** p99 of acceptance with feeds to that without. */
  readonly acceptedRatio: Spread
  /** From when the block was there until the entry was, of the bare server. */
  readonly bareAfterBlock: PercentileSpreads
}

/** What came of one cell. Milliseconds, microseconds of CPU. */
export interface FanOutResult extends FanOutCell {
  readonly feeds: number
  readonly messagesPerSecond: number
  readonly sealing: SealingName
  /** Undefined where latency alone was measured. */
  readonly cost: DeliveryCost | undefined
  /** From when a message was due until its receipt was there. */
  readonly accepted: PercentileSpreads
  /** … until its entry was at its reader. */
  readonly live: PercentileSpreads
  /** … until its block was at a follower of the sequencer's blocks. */
  readonly sealed: PercentileSpreads
  /** From when the block was there until the entry was: negative for what came as accepted. */
  readonly afterBlock: PercentileSpreads
  readonly messagesPerBlock: Spread
  /** Bytes of headers with their signatures, for each message. */
  readonly headerBytesPerMessage: Spread
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
  readonly results: readonly FanOutResult[]
}

/** Where readers are, when they are sent entries, and whether the costs are measured beside the latency. */
export interface FanOutCell {
  readonly through: 'sequencer' | 'relay'
  readonly level: FeedLevel
  readonly measures: 'cost' | 'latency'
}

/** Cells that one stack and one load serve. */
export interface FanOutGroup {
  /** Conversations, each followed by one feed. */
  readonly feeds: number
  readonly messagesPerSecond: number
  /** Seconds of each load at the least; every conversation gets the same number of messages. */
  readonly seconds: number
  readonly sealing: SealingName
  readonly cells: readonly FanOutCell[]
}

const sealingRules = {
  /** The sequencer's own. */
  standard: undefined,
  /** For chat: as often as the protocol allows. */
  chat: { minAgeMs: 250, minOperations: 1, maxWaitMs: 250 },
  /** As seldom as makes blocks of 5,000 messages. */
  large: { minAgeMs: 1_000, minOperations: 5_000, maxWaitMs: 10_000 },
} as const
export type SealingName = keyof typeof sealingRules

const cost = (through: FanOutCell['through']): FanOutCell => ({ through, level: 'sealed', measures: 'cost' })
const latency = (level: FeedLevel): FanOutCell => ({ through: 'relay', level, measures: 'latency' })
const many = { feeds: 1_000, messagesPerSecond: 1_000, seconds: 20 } as const

const groups: Record<'full' | 'quick', readonly FanOutGroup[]> = {
  full: [
    { ...many, sealing: 'standard', cells: [cost('relay'), cost('sequencer')] },
    // Blocks of some 100 messages, and of 5,000.
    { ...many, messagesPerSecond: 400, sealing: 'chat', cells: [cost('relay')] },
    { ...many, sealing: 'large', cells: [cost('relay')] },
    ...[4, 200].flatMap((messagesPerSecond): FanOutGroup[] => {
      const few = { feeds: 100, messagesPerSecond, seconds: 20 }
      return [
        { ...few, sealing: 'standard', cells: [latency('accepted'), latency('sealed')] },
        { ...few, sealing: 'chat', cells: [latency('sealed')] },
      ]
    }),
  ],
  quick: [
    { ...many, seconds: 8, sealing: 'standard', cells: [cost('relay'), cost('sequencer')] },
    { feeds: 100, messagesPerSecond: 200, seconds: 8, sealing: 'standard', cells: [latency('accepted')] },
  ],
}
/** Connections of a load at most; the conversations of each are its own. */
const maxStreams = 40
const readyWithinMs = 120_000

/**
 * Measures what a live delivery costs, against a bare server that sends the same bytes, what readers cost writers, and how
 * long it takes from a message's being due to its being delivered.
 */
export async function benchFanOut(
  context: Context,
  measured: readonly FanOutGroup[] = groups[context.config.bench.quick ? 'quick' : 'full'],
): Promise<FanOutReport> {
  const repeats = repeatsOf(context.config, { full: 3, quick: 1 })
  const results: FanOutResult[] = []
  let made: Pick<BenchStack, 'lanes' | 'verifier'> | undefined
  for (const group of measured) {
    const { feeds, messagesPerSecond, seconds, sealing, cells } = group
    const perConversation = Math.ceil((messagesPerSecond * seconds) / feeds)
    const streams = Math.min(maxStreams, feeds)
    const load = { streams, messagesPerBody: 1, bodiesPerStream: (perConversation * feeds) / streams }
    const loads = cells.reduce((sum, { measures }) => sum + (measures === 'cost' ? 2 : 1) * repeats, 1)
    // Blocks are followed, too: by the batcher and the relay, and by the subscribers as the clock of sealing.
    const options = { layer: 'local', maxFeeds: feeds + 10, relay: true, sealing: sealingRules[sealing] } as const
    const found = await withBenchStack(context, options, async (bench) => {
      made = bench
      const { paths, places } = await bench.sign(load, loads, feeds)
      return new FanOutRun(context, bench, { group, load, places, perConversation, repeats }).measure(paths)
    })
    results.push(...found)
  }
  const { lanes, verifier } = made as Pick<BenchStack, 'lanes' | 'verifier'>
  const workload = measured.map((each) => `${each.feeds} feeds at ${each.messagesPerSecond} messages/s`).join(', ')
  return { ...benchFrame(context, { workload, repeats }), lanes, verifier, results }
}

interface FanOutLoad {
  readonly group: FanOutGroup
  readonly load: PreparedLoad
  readonly places: readonly FeedPlace[]
  readonly perConversation: number
  readonly repeats: number
}

interface Measured {
  readonly cpuMicroseconds: number
  readonly sent: readonly SentBody[]
}

type Fed = Measured & { readonly result: FedResult }

/** What all repeats of a cell gave. */
interface Repeats {
  readonly without: readonly Measured[]
  readonly fed: readonly Fed[]
  readonly bare: readonly { readonly cpuMicroseconds: number; readonly result: FedResult }[]
}

/** All cells of one group. */
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

  async measure(paths: readonly string[]): Promise<FanOutResult[]> {
    const left = [...paths]
    const { group } = this.offered
    const results: FanOutResult[] = []
    // The first load warms the code up: what is compiled then would count for the others.
    await this.loaded(left.shift() as string, 'sequencer')
    for (const cell of group.cells) results.push(resultOf(this.offered, cell, await this.measureCell(cell, left)))
    return results
  }

  private async measureCell(cell: FanOutCell, left: string[]): Promise<Repeats> {
    const without: Measured[] = []
    const fed: Fed[] = []
    const bare: { readonly cpuMicroseconds: number; readonly result: FedResult }[] = []
    for (let repeat = 0; repeat < this.offered.repeats; repeat += 1) {
      if (cell.measures === 'cost') without.push(await this.loaded(left.shift() as string, cell.through))
      const withFeeds = await this.fed(left.shift() as string, cell)
      fed.push(withFeeds)
      if (cell.measures === 'cost') bare.push(await this.bare(withFeeds.result))
    }
    return { without, fed, bare }
  }

  /** Sends one load; the CPU of the server is counted until `delivered` resolves. */
  private async loaded(path: string, server: FanOutCell['through'], delivered?: Promise<unknown>): Promise<Measured> {
    const { context, bench, offered } = this
    const pids = new Map([[server, bench.stack.roles.get(server).pid]])
    const before = await readCpuTimes(pids)
    const config = {
      'sequencer.url': bench.stack.places.sequencerUrl,
      'bench.file': path,
      'bench.bodiesPerSecond': offered.group.messagesPerSecond / offered.load.messagesPerBody,
    }
    const logFile = this.logFile('load')
    const sent = await runLoadProcess<SentBody[]>(context, { role: 'bench open-load', config, logFile }, bench.signal)
    await delivered
    const used = usedBetween(before, await readCpuTimes(pids), threadOfLanes)
    const cpuMicroseconds = [...used].reduce((sum, [part, each]) => (part === 'lanes' ? sum : sum + each), 0)
    this.from += offered.perConversation
    return { cpuMicroseconds, sent }
  }

  private async fed(path: string, { through, level }: FanOutCell): Promise<Fed> {
    const { sequencerUrl, relayUrl } = this.bench.stack.places
    const url = through === 'relay' ? (relayUrl as string) : sequencerUrl
    const feeds = await this.child<FedResult>('subscribe', this.plan({ url, blocksUrl: sequencerUrl, level }))
    try {
      const measured = await this.loaded(path, through, feeds.result)
      return { ...measured, result: await feeds.result }
    } finally {
      await feeds.child.stop()
    }
  }

  private async bare({ blocks }: FedResult): Promise<{ cpuMicroseconds: number; result: FedResult }> {
    const plan = this.plan({ url: '', blocksUrl: undefined, level: 'sealed' })
    const server = await this.child<never>('broadcast', { ...plan, schedule: blocks })
    const pids = new Map([['bare', server.child.pid]])
    try {
      const feeds = await this.child<FedResult>('subscribe', { ...plan, url: server.child.ready.url as string })
      const opened = await readCpuTimes(pids)
      const result = await feeds.result
      const used = usedBetween(opened, await readCpuTimes(pids), () => 'bare').get('bare') as number
      await feeds.child.stop()
      return { cpuMicroseconds: used, result }
    } finally {
      await server.child.stop()
    }
  }

  private plan(server: Pick<FeedPlan, 'url' | 'blocksUrl' | 'level'>): FeedPlan {
    return { ...server, places: this.offered.places, from: this.from, count: this.offered.perConversation }
  }

  /** Starts a process that reads its plan from a file; it is ready when its connections are. */
  private async child<T>(
    name: 'subscribe' | 'broadcast',
    plan: FeedPlan | Broadcast,
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

/** From when a message was due until its entry was at its reader, and until its block was there. */
function sinceDue({ sent, result }: Fed, places: readonly FeedPlace[]): { live: Percentiles; sealed: Percentiles } {
  const due = new Map(sent.map(({ dueAtMs, first }) => [first.join('/'), dueAtMs]))
  const delays = (at: (entry: FedResult['entries'][number]) => number): Percentiles =>
    percentilesOf(
      result.entries.map((entry) => {
        const [feed, position] = entry
        return {
          ms: at(entry) - (due.get([...(places[feed] as FeedPlace), position].join('/')) as number),
          messages: 1,
        }
      }),
    )
  return { live: delays(([, , atMs]) => atMs), sealed: delays(([, , , blockAtMs]) => blockAtMs) }
}

/** A header, the offsets before it and the signature behind it. */
const headerBytes = (BlockHeaderType.fixedSize as number) + 65

function costOf({ without, fed, bare }: Repeats): DeliveryCost | undefined {
  if (without.length === 0) return undefined
  const ofServer = fed.map(
    ({ cpuMicroseconds, result }, i) => (cpuMicroseconds - (without[i] as Measured).cpuMicroseconds) / result.delivered,
  )
  const ofBare = bare.map(({ cpuMicroseconds, result }) => cpuMicroseconds / result.delivered)
  const limit = median(ofBare)
  return {
    cpuPerDelivery: { server: spreadOf(ofServer, 1), bare: spreadOf(ofBare, 1) },
    ratio: spreadOf(
      ofServer.map((each) => each / limit),
      2,
    ),
    acceptedWithout: spreadsOf(without.map(acceptedOf)),
    acceptedRatio: spreadOf(
      fed.map((each, i) => acceptedOf(each).p99 / acceptedOf(without[i] as Measured).p99),
      2,
    ),
    bareAfterBlock: spreadsOf(bare.map(({ result }) => afterBlockOf(result))),
  }
}

function resultOf({ group, places }: FanOutLoad, cell: FanOutCell, repeats: Repeats): FanOutResult {
  const { feeds, messagesPerSecond, sealing } = group
  const { fed } = repeats
  const since = fed.map((each) => sinceDue(each, places))
  const count = (name: 'delivered' | 'lost' | 'doubled' | 'disordered'): number =>
    fed.reduce((sum, { result }) => sum + result[name], 0)
  const perBlock = fed.map(({ result }) => result.delivered / result.blocks.length)
  return {
    ...cell,
    feeds,
    messagesPerSecond,
    sealing,
    cost: costOf(repeats),
    accepted: spreadsOf(fed.map(acceptedOf)),
    live: spreadsOf(since.map(({ live }) => live)),
    sealed: spreadsOf(since.map(({ sealed }) => sealed)),
    afterBlock: spreadsOf(fed.map(({ result }) => afterBlockOf(result))),
    messagesPerBlock: spreadOf(perBlock, 1),
    headerBytesPerMessage: spreadOf(
      perBlock.map((messages) => headerBytes / messages),
      1,
    ),
    delivered: count('delivered'),
    lost: count('lost'),
    doubled: count('doubled'),
    disordered: count('disordered'),
  }
}
