import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { median, type Spread, spreadOf } from '@parley/execution/bench'
import type { Context } from '../../context.ts'
import { type Child, startChild } from '../../process/child.ts'
import { environmentOf } from '../../stack/environment.ts'
import { type BenchStack, messagesOf, streamsOf, withBenchStack } from '../bench-stack.ts'
import type { FeedPlace } from '../fanout/feed-plan.ts'
import { type BenchFrame, benchFrame, repeatsOf } from '../frame.ts'
import { type PercentileSpreads, type Percentiles, percentilesOf, spreadsOf } from '../latency/percentiles.ts'
import { runLoadProcess } from '../load-process.ts'
import { followStack, runLoad } from '../pipeline-load.ts'
import type { PreparedLoad } from '../prepared-load.ts'
import { rangeOf, startNode, verifiedTo } from '../verify/catch-up.ts'
import { answersOf, cellNames, readCells, replayEntries, tailRequest, togetherPlaces } from './read-cells.ts'
import type { BareAnswers, CellResult, ReadMeasured, ReadPlan, ReadServer, TailPlan, TailResult } from './read-plan.ts'

/** One kind of read at a node, and of a bare server that answers the same bytes. */
export interface ReadFigures {
  readonly name: string
  /** Bytes of an answer. */
  readonly bytes: number
  readonly cpuMicroseconds: { readonly node: Spread; readonly bare: Spread }
  /** Of the two, one repeat after another. */
  readonly ratio: Spread
  readonly requestsPerSecond: Spread
}

/** How late proofs are at a fixed rate, while the node has nothing to verify and while it catches up. Milliseconds. */
export interface TailFigures {
  readonly requestsPerSecond: number
  readonly idle: PercentileSpreads
  readonly verifying: PercentileSpreads
  /** p99 of the second to that of the first, turn by turn. */
  readonly tailRatio: Spread
}

/** What `parley bench reads --json` prints. */
export interface ReadsReport extends BenchFrame {
  readonly lanes: number
  readonly verifier: string
  readonly messages: number
  readonly conversations: number
  readonly results: readonly ReadFigures[]
  /** CPU of one request for 200 conversations by that of 200 requests for one. */
  readonly togetherRatio: Spread
  /** CPU microseconds of the node for one entry of a record that is read page by page. */
  readonly replay: { readonly microsecondsPerEntry: Spread; readonly entries: number }
  /** With `--verifying` only. */
  readonly tail: TailFigures | undefined
}

const messagesPerBody = 100
const streams = streamsOf(messagesPerBody)
/** Conversations, so that 200 can be read together. */
const conversations = 8 * streams
const defaultMessages = { full: 256_000, quick: 64_000 } as const
const connections = 16
const measured = { full: { measureMs: 2_000 }, quick: { measureMs: 700 } } as const
/** Ten times what 100,000 users of XMTP ask at their peak is 8,200 a second; a node shares its cores with who asks here. */
const tailRate = 500
const tailMs = { full: 10_000, quick: 4_000 } as const
/** All readers have one address here. */
const unbounded = { 'http.quotaPerSecond': 1_000_000_000, 'http.quotaBurst': 1_000_000_000 } as const
const longestCatchUpMs = 240_000
const readyWithinMs = 120_000

/** Measures what reads of a node cost, against a bare server that answers the same bytes. */
export function benchReads(context: Context): Promise<ReadsReport> {
  return withBenchStack(context, { layer: 'local' }, (bench) => new ReadsRun(context, bench).measure())
}

class ReadsRun {
  private readonly context: Context
  private readonly bench: BenchStack

  constructor(context: Context, bench: BenchStack) {
    this.context = context
    this.bench = bench
  }

  async measure(): Promise<ReadsReport> {
    const { context, bench } = this
    const { load: given, bench: how } = context.config
    const size = how.quick ? 'quick' : 'full'
    const messages = given.messages ?? defaultMessages[size]
    const load: PreparedLoad = {
      streams,
      bodiesPerStream: Math.ceil(messages / streams / messagesPerBody),
      messagesPerBody,
    }
    const { paths, places } = await bench.sign(load, 1, conversations)
    const follower = await followStack(context, bench.stack, bench.signal)
    const { sent } = await runLoad(context, follower, paths[0] as string, bench.signal)
    const range = rangeOf(sent)
    const repeats = repeatsOf(context.config)
    const node = await this.startNode('node')
    try {
      await verifiedTo(context, node, range.last, bench.signal)
      const results = await this.cells(node, places, { repeats, ...measured[size] })
      const tail = how.verifying
        ? await this.tail(node, places, { repeats, lastsMs: tailMs[size], ...range })
        : undefined
      const figures = results.map(figuresOf)
      const workload = `${sent.accepted} messages in ${conversations} conversations; ${connections} connections`
      return {
        ...benchFrame(context, { workload, repeats }),
        lanes: bench.lanes,
        verifier: bench.verifier,
        messages: sent.accepted,
        conversations,
        results: figures,
        togetherRatio: togetherOf(results),
        replay: replayOf(results, Math.floor(messagesOf(load) / conversations)),
        tail,
      }
    } finally {
      await node.stop()
    }
  }

  /** All kinds of reads, at the node and at a bare server. */
  private async cells(
    node: Child,
    places: readonly FeedPlace[],
    size: Pick<ReadPlan, 'measureMs' | 'repeats'>,
  ): Promise<CellResult[]> {
    const url = node.ready.url as string
    const cells = await readCells(url, places)
    const bare = await this.startBare(await answersOf(url, cells))
    try {
      const serverOf = (child: Child): ReadServer => ({ url: child.ready.url as string, pid: child.pid })
      const plan: ReadPlan = { cells, node: serverOf(node), bare: serverOf(bare), connections, ...size }
      return await this.reader<CellResult[]>('read-load', plan)
    } finally {
      await bare.stop()
    }
  }

  /** Proofs at a fixed rate, of the idle node and of ones that catch up from nothing, in turn. */
  private async tail(
    idle: Child,
    places: readonly FeedPlace[],
    { repeats, lastsMs, first, last }: { repeats: number; lastsMs: number; first: bigint; last: bigint },
  ): Promise<TailFigures> {
    const { context, bench } = this
    const request = tailRequest(places)
    const plan = { request, connections, requestsPerSecond: tailRate }
    const turns: { readonly idle: Percentiles; readonly verifying: Percentiles }[] = []
    for (let turn = 0; turn < repeats; turn += 1) {
      const quiet = await this.reader<TailResult>('read-tail', { ...plan, url: idle.ready.url as string, lastsMs })
      const node = await this.startNode(`node-${turn}`)
      try {
        await verifiedTo(context, node, first, bench.signal)
        const late = { ...plan, url: node.ready.url as string, lastsMs: longestCatchUpMs, untilBlock: String(last) }
        turns.push({ idle: delaysOf(quiet), verifying: delaysOf(await this.reader<TailResult>('read-tail', late)) })
      } finally {
        await node.stop()
      }
    }
    return {
      requestsPerSecond: tailRate,
      idle: spreadsOf(turns.map((turn) => turn.idle)),
      verifying: spreadsOf(turns.map(({ verifying }) => verifying)),
      tailRatio: spreadOf(
        turns.map(({ idle: { p99 }, verifying }) => verifying.p99 / p99),
        2,
      ),
    }
  }

  /** Runs a process of readers over a plan. */
  private async reader<T>(name: 'read-load' | 'read-tail', plan: ReadPlan | TailPlan): Promise<T> {
    const config = { 'bench.file': await this.file(name, plan) }
    return runLoadProcess<T>(
      this.context,
      { role: `bench ${name}`, config, logFile: this.logFile(name) },
      this.bench.signal,
    )
  }

  private async startBare(answers: BareAnswers): Promise<Child> {
    const { context, bench } = this
    const env = environmentOf(context.inheritedEnv, { 'bench.file': await this.file('bare-reads', answers) })
    return startChild(
      context,
      { role: 'bench bare-reads', env, logFile: this.logFile('bare-reads'), readyWithinMs },
      bench.signal,
    )
  }

  private startNode(name: string): Promise<Child> {
    const { context, bench } = this
    const { stack, dataDir, signal } = bench
    return startNode(context, stack.places, join(dataDir, name), this.logFile(name), signal, unbounded)
  }

  private async file(name: string, plan: object): Promise<string> {
    const path = join(this.bench.dataDir, `${name}.json`)
    await writeFile(path, JSON.stringify(plan))
    return path
  }

  private logFile(name: string): string {
    return join(this.bench.dataDir, 'logs', `${name}.log`)
  }
}

const delaysOf = (delays: TailResult): Percentiles => percentilesOf(delays.map((ms) => ({ ms, messages: 1 })))

function figuresOf({ name, node, bare }: CellResult): ReadFigures {
  const of = (values: readonly ReadMeasured[]): number[] => values.map(({ cpuMicroseconds }) => cpuMicroseconds)
  const limit = median(of(bare))
  return {
    name,
    bytes: node[0]?.bytes ?? 0,
    cpuMicroseconds: { node: spreadOf(of(node), 1), bare: spreadOf(of(bare), 1) },
    ratio: spreadOf(
      of(node).map((each) => each / limit),
      2,
    ),
    requestsPerSecond: spreadOf(
      node.map((each) => each.requestsPerSecond),
      0,
    ),
  }
}

const cellNamed = (results: readonly CellResult[], name: string): CellResult => {
  const found = results.find((each) => each.name === name)
  if (found === undefined) throw new RangeError(`no reads called ${name}`)
  return found
}

function togetherOf(results: readonly CellResult[]): Spread {
  const alone = median(cellNamed(results, cellNames.proof).node.map(({ cpuMicroseconds }) => cpuMicroseconds))
  return spreadOf(
    cellNamed(results, cellNames.together).node.map(
      ({ cpuMicroseconds }) => cpuMicroseconds / (togetherPlaces * alone),
    ),
  )
}

function replayOf(results: readonly CellResult[], entries: number): ReadsReport['replay'] {
  const read = Math.min(entries, replayEntries)
  const { node } = cellNamed(results, cellNames.replay)
  return {
    entries: read,
    microsecondsPerEntry: spreadOf(
      node.map(({ cpuMicroseconds }) => cpuMicroseconds / read),
      2,
    ),
  }
}
