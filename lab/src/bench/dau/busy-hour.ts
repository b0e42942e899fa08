import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '@parley/cli/roles'
import { type Spread, spreadOf } from '@parley/execution/bench'
import { messageReceiptBytes, signedMessageBytes } from '@parley/protocol'
import type { Context } from '../../context.ts'
import { deriveFrom } from '../../load/seeded.ts'
import { nativeSigner } from '../../load/signer.ts'
import type { Talk } from '../../load/talk.ts'
import type { Child } from '../../process/child.ts'
import type { BenchStack } from '../bench-stack.ts'
import { seedOf } from '../frame.ts'
import type { SentBody } from '../latency/open-loop.ts'
import { type PercentileSpreads, type Percentiles, percentilesOf, spreadsOf } from '../latency/percentiles.ts'
import { type LoadProcess, runLoadProcess, startLoadProcess } from '../load-process.ts'
import { readCpuTimes, usedBetween } from '../thread-cpu.ts'
import { startNode } from '../verify/catch-up.ts'
import type { DayPlan, DayResult } from './day-plan.ts'
import { type Asking, type Mix, perUserAndDay, ratesOf } from './mix.ts'
import { signMessages } from './sign-messages.ts'
import type { DauBounds } from './size.ts'

/** What one number of users came to at its busiest time. */
export interface BusyHour {
  readonly users: number
  readonly feedsOpen: number
  readonly messagesPerSecond: number
  /** Milliseconds from when something was due until it was there. */
  readonly accepted: PercentileSpreads
  readonly live: PercentileSpreads
  /** Pages and changes together. */
  readonly reads: PercentileSpreads
  /** Until a feed that begins is caught up. */
  readonly feeds: PercentileSpreads
  /** p99 of live delivery to that of acceptance. */
  readonly liveToAccepted: Spread
  /** Cores that all servers kept busy, and each of them. */
  readonly cores: Spread
  readonly coresOf: Readonly<Record<string, Spread>>
  readonly bytesPerUserDay: { readonly feeds: Spread; readonly reads: Spread; readonly messages: Spread }
  /** Entries over all repeats. */
  readonly delivered: number
  readonly lost: number
  readonly doubled: number
  readonly disordered: number
  /** Whether both p99 bounds held and nothing was lost, doubled or out of place. */
  readonly holds: boolean
}

export interface BusyHourOptions {
  readonly mix: Mix
  readonly seconds: number
  readonly repeats: number
  readonly bounds: DauBounds
  /** Feeds open at the largest number of users. */
  readonly feedsOpen: number
}

interface Repeat {
  readonly accepted: Percentiles
  readonly live: Percentiles
  readonly reads: Percentiles
  readonly feeds: Percentiles
  readonly coresOf: ReadonlyMap<string, number>
  readonly result: DayResult
  readonly messages: number
}

/** Connections that messages come over at most, a power of two. */
const maxStreams = 16
/** Feeds that follow each conversation. */
const readersPerMessage = 10
const messagesPerTalk = 1_000
const silenceMs = 20_000
const verifiedWithinMs = 300_000
const lookEveryMs = 200
/** All users have one address here, and few connections, over which nothing may come for a while. */
export const oneAddress = {
  'http.quotaPerSecond': 1_000_000_000,
  'http.quotaBurst': 1_000_000_000,
  'http.keepAliveMs': 3_600_000,
  'http.maxWaitingPerAddress': 1_000_000,
} as const

/** Conversations in which every one is followed by as many feeds, whatever the number of users. */
export function conversationsFor({ feedsOpen, conversations }: { feedsOpen: number; conversations: number }): number {
  const followed = Math.max(conversations, (feedsOpen * conversations) / readersPerMessage)
  return maxStreams * Math.ceil(followed / maxStreams)
}

/** As many connections as have something to send each second: over others nothing would come until they are closed. */
function streamsFor(messagesPerSecond: number): number {
  return Math.min(maxStreams, 2 ** Math.floor(Math.log2(messagesPerSecond)))
}

/** The busiest time of numbers of users, over one stack. */
export class BusyHours {
  readonly cores = availableParallelism()
  private readonly context: Context
  private readonly bench: BenchStack
  private readonly options: BusyHourOptions
  private readonly talks: readonly Talk[]
  private readonly node: Child

  private constructor(
    context: Context,
    bench: BenchStack,
    options: BusyHourOptions,
    { talks, node }: { readonly talks: readonly Talk[]; readonly node: Child },
  ) {
    this.context = context
    this.bench = bench
    this.options = options
    this.talks = talks
    this.node = node
  }

  /** Creates the conversations, and waits until a node has verified them. */
  static async open(context: Context, bench: BenchStack, options: BusyHourOptions): Promise<BusyHours> {
    const { stack, dataDir, signal } = bench
    const { feedsOpen, mix } = options
    const talks = await bench.talk(conversationsFor({ feedsOpen, conversations: mix.conversations }), messagesPerTalk)
    context.err.write(`${talks.length} conversations were created\n`)
    const logFile = join(dataDir, 'logs', 'node.log')
    const node = await startNode(context, stack.places, join(dataDir, 'node'), logFile, signal, oneAddress)
    const hours = new BusyHours(context, bench, options, { talks, node })
    try {
      await hours.untilKnown()
    } catch (error) {
      await node.stop()
      throw error
    }
    return hours
  }

  async close(): Promise<void> {
    await this.node.stop()
  }

  /** @param repeats - Measurements; as many as are asked for when left out. */
  async measure(users: number, asking: Asking, repeats: number = this.options.repeats): Promise<BusyHour> {
    const { mix, seconds, bounds } = this.options
    const measured: Repeat[] = []
    for (let repeat = 0; repeat < repeats; repeat += 1) measured.push(await this.repeat(users, asking))
    const { feedsOpen, messagesPerSecond } = ratesOf(mix, users, asking)
    const hour = { users, feedsOpen, messagesPerSecond, ...figuresOf(measured, { mix, users, seconds }) }
    const wrong = hour.lost + hour.doubled + hour.disordered
    const holds =
      wrong === 0 &&
      hour.liveToAccepted.median <= bounds.liveToAccepted &&
      hour.live.p99.median <= bounds.liveMs &&
      hour.reads.p99.median <= bounds.readsMs
    const { accepted, live, reads, cores } = hour
    this.context.err.write(
      `${users} users, ${asking}: p99 accepted ${accepted.p99.median}, live ${live.p99.median}, reads ${reads.p99.median} ms, ${cores.median} cores, wrong ${wrong}\n`,
    )
    return { ...hour, holds }
  }

  private async repeat(users: number, asking: Asking): Promise<Repeat> {
    const { context, bench, options, node } = this
    const { mix, seconds } = options
    const { stack, dataDir, signal } = bench
    const { places } = stack
    const rates = ratesOf(mix, users, asking)
    const { feedsOpen } = rates
    const talks = this.talks.slice(0, conversationsFor({ feedsOpen, conversations: mix.conversations }))
    // Whole bodies a second is all that can be asked for: at least what was meant.
    const bodiesPerSecond = Math.max(1, Math.ceil(rates.messagesPerSecond))
    const streams = streamsFor(bodiesPerSecond)
    const bodiesPerStream = Math.ceil((bodiesPerSecond * seconds) / streams)
    const prepared = { streams, bodiesPerStream, messagesPerBody: 1 }
    const path = join(dataDir, 'messages')
    const seed = seedOf(context.config)
    const { chainId } = stack.deployment
    const messages = await signMessages(
      { chainId, signer: nativeSigner(), derive: deriveFrom(seed) },
      path,
      talks,
      prepared,
    )
    const plan: DayPlan = {
      nodeUrl: node.ready.url as string,
      relayUrl: places.relayUrl as string,
      places: talks.map(({ shard, index }) => [shard, index]),
      placesPerUser: mix.conversations,
      feedsOpen,
      perSecond: { pages: rates.pagesPerSecond, changes: rates.changesPerSecond, feeds: rates.feedsPerSecond },
      lastsMs: 1_000 * seconds,
      silenceMs,
      messages,
    }
    const day = await this.startUsers(plan)
    try {
      const pids = new Map([...stack.roles.pids, ['node', node.pid] as const])
      const before = await readCpuTimes(pids)
      const config = {
        'sequencer.url': places.sequencerUrl,
        'bench.file': path,
        'bench.bodiesPerSecond': bodiesPerSecond,
      }
      const logFile = join(dataDir, 'logs', 'load.log')
      const load = runLoadProcess<SentBody[]>(context, { role: 'bench open-load', config, logFile }, signal)
      const [sent, result] = await Promise.all([load, day.result])
      const used = usedBetween(before, await readCpuTimes(pids), (process) => process)
      const coresOf = new Map([...used].map(([name, microseconds]) => [name, microseconds / (seconds * 1e6)]))
      return { ...delaysOf(sent, result), coresOf, result, messages: sent.length }
    } finally {
      await day.child.stop()
    }
  }

  /** Starts a process of users; it is ready when their feeds are open. */
  private async startUsers(plan: DayPlan): Promise<LoadProcess<DayResult>> {
    const { dataDir, signal } = this.bench
    const path = join(dataDir, 'day.json')
    await writeFile(path, JSON.stringify(plan))
    const logFile = join(dataDir, 'logs', 'day-load.log')
    return startLoadProcess(this.context, { role: 'bench day-load', config: { 'bench.file': path }, logFile }, signal)
  }

  /** Waits until the node knows the last conversation of every shard. */
  private async untilKnown(): Promise<void> {
    const { context, bench, node, talks } = this
    const last = new Map(talks.map(({ shard, index }) => [shard, index]))
    for (const [shard, index] of last)
      await waitFor(
        `conversation ${shard}/${index} to be verified`,
        async () => {
          const { ok } = await fetch(`${node.ready.url}/v1/conversations/${shard}/${index}`, { signal: bench.signal })
          return ok ? true : undefined
        },
        { clock: context.clock, everyMs: lookEveryMs, withinMs: verifiedWithinMs },
        bench.signal,
      )
  }
}

function delaysOf(
  sent: readonly SentBody[],
  { live, delays }: DayResult,
): Pick<Repeat, 'accepted' | 'live' | 'reads' | 'feeds'> {
  const due = new Map(sent.map(({ dueAtMs, first }) => [first.join('/'), dueAtMs]))
  const of = (all: readonly number[]): Percentiles => percentilesOf(all.map((ms) => ({ ms, messages: 1 })))
  const delivered = live.flatMap(([shard, index, position, atMs]) => {
    const dueAtMs = due.get(`${shard}/${index}/${position}`)
    // What was sent before, and is history of a feed that began with it.
    return dueAtMs === undefined ? [] : [atMs - dueAtMs]
  })
  return {
    accepted: of(sent.map(({ dueAtMs, answeredAtMs }) => answeredAtMs - dueAtMs)),
    live: of(delivered),
    reads: of([...delays.pages, ...delays.changes]),
    feeds: of(delays.feeds),
  }
}

function figuresOf(
  repeats: readonly Repeat[],
  { mix, users, seconds }: { readonly mix: Mix; readonly users: number; readonly seconds: number },
) {
  const spread = (of: (repeat: Repeat) => number, digits: number): Spread => spreadOf(repeats.map(of), digits)
  const perDay = (of: (repeat: Repeat) => number): Spread =>
    spread((repeat) => perUserAndDay(mix, of(repeat), users, seconds), 0)
  const sum = (of: (result: DayResult) => number): number => repeats.reduce((all, { result }) => all + of(result), 0)
  const names = [...(repeats[0] as Repeat).coresOf.keys()]
  return {
    accepted: spreadsOf(repeats.map(({ accepted }) => accepted)),
    live: spreadsOf(repeats.map(({ live }) => live)),
    reads: spreadsOf(repeats.map(({ reads }) => reads)),
    feeds: spreadsOf(repeats.map(({ feeds }) => feeds)),
    liveToAccepted: spread(({ live, accepted }) => live.p99 / accepted.p99, 2),
    cores: spread(({ coresOf }) => [...coresOf.values()].reduce((all, each) => all + each, 0), 3),
    coresOf: Object.fromEntries(names.map((name) => [name, spread(({ coresOf }) => coresOf.get(name) ?? 0, 3)])),
    bytesPerUserDay: {
      feeds: perDay(({ result }) => result.bytes.feeds),
      reads: perDay(({ result }) => result.bytes.reads),
      messages: perDay(({ messages }) => messages * (signedMessageBytes + messageReceiptBytes)),
    },
    delivered: sum(({ live }) => live.length),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    disordered: sum(({ disordered }) => disordered),
  }
}
