import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, type Spread, spreadOf } from '@parley/execution/bench'
import type { Context } from '../../context.ts'
import { type Child, startChild } from '../../process/child.ts'
import { readyWithinMs } from '../../process/ready-within.ts'
import { environmentOf } from '../../stack/environment.ts'
import { type BenchFrame, benchFrame, repeatsOf } from '../frame.ts'
import { readCpuTimes, usedBetween } from '../thread-cpu.ts'
import type { ServerKind, ServerPlace } from './feed-server.ts'
import { Readers } from './readers.ts'

/** What one user costs the server: bytes in use after collection, microseconds of CPU for opening. */
export interface UserCost {
  readonly bytes: Spread
  readonly cpuMicroseconds: Spread
}

/** All readers come at once. */
export interface Storm {
  /** Milliseconds until all were live. */
  readonly tookMs: Spread
  /** Attempts that were refused; every reader was live in the end. */
  readonly refused: number
}

/** What `parley bench sockets --json` prints. */
export interface SocketsReport extends BenchFrame {
  readonly placesPerUser: number
  readonly user: { readonly oneSocket: UserCost; readonly manySockets: UserCost }
  /** CPU of one socket for all of a user's conversations to that of a socket for each. */
  readonly userCpuRatio: number
  readonly subscriptions: { readonly count: number; readonly bytesEach: Spread }
  readonly storm: { readonly readers: number; readonly feeds: Storm; readonly bare: Storm; readonly ratio: number }
}

export interface SocketsSize {
  readonly users: number
  readonly placesPerUser: number
  /** Users with a socket for each conversation. */
  readonly manySocketUsers: number
  readonly subscriptions: number
  readonly storm: number
}

const sizes = {
  full: { users: 1_000, placesPerUser: 200, manySocketUsers: 20, subscriptions: 1_000_000, storm: 10_000 },
  quick: { users: 200, placesPerUser: 200, manySocketUsers: 5, subscriptions: 1_000_000, storm: 2_000 },
} as const
/** Conversations of one socket where subscriptions are counted. */
const subscriptionsPerSocket = 4_000

/** Measures what sockets and subscriptions cost a server of feeds, and how it takes a storm, against a bare server. */
export async function benchSockets(
  context: Context,
  size: SocketsSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<SocketsReport> {
  const repeats = repeatsOf(context.config, { full: 3, quick: 1 })
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-sockets-'))
  const run = new SocketsRun(context, dataDir)
  try {
    const { users, placesPerUser, manySocketUsers, subscriptions, storm } = size
    const one: Cost[] = []
    const many: Cost[] = []
    const each: number[] = []
    const feeds: StormResult[] = []
    const bare: StormResult[] = []
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      one.push(await run.cost({ users, socketsPerUser: 1, places: placesPerUser }))
      many.push(await run.cost({ users: manySocketUsers, socketsPerUser: placesPerUser, places: 1 }))
      each.push(await run.bytesPerSubscription(subscriptions))
      feeds.push(await run.storm('feeds', storm))
      bare.push(await run.storm('bare', storm))
    }
    const cpuOf = (costs: readonly Cost[]): number => median(costs.map(({ cpuMicroseconds }) => cpuMicroseconds))
    const workload = `${users} users of ${placesPerUser} conversations, ${subscriptions} subscriptions, ${storm} readers at once`
    return {
      ...benchFrame(context, { workload, repeats }),
      placesPerUser,
      user: { oneSocket: userCost(one), manySockets: userCost(many) },
      userCpuRatio: Number((cpuOf(one) / cpuOf(many)).toFixed(4)),
      subscriptions: { count: subscriptions, bytesEach: spreadOf(each, 1) },
      storm: {
        readers: storm,
        feeds: stormOf(feeds),
        bare: stormOf(bare),
        ratio: Number(
          (median(feeds.map(({ tookMs }) => tookMs)) / median(bare.map(({ tookMs }) => tookMs))).toFixed(2),
        ),
      },
    }
  } finally {
    await rm(dataDir, { recursive: true })
  }
}

interface Cost {
  readonly bytes: number
  readonly cpuMicroseconds: number
}

interface StormResult {
  readonly tookMs: number
  readonly refused: number
}

class SocketsRun {
  private readonly context: Context
  private readonly dataDir: string

  constructor(context: Context, dataDir: string) {
    this.context = context
    this.dataDir = dataDir
  }

  /** What a user costs, after one that warmed the code up. */
  cost(of: { readonly users: number; readonly socketsPerUser: number; readonly places: number }): Promise<Cost> {
    const { users, socketsPerUser, places } = of
    return this.withServer('feeds', async (readers, child) => {
      await readers.open(socketsPerUser, places)
      const bytesBefore = await bytesOf(child)
      const pids = new Map([['server', child.pid]])
      const before = await readCpuTimes(pids)
      await readers.open(users * socketsPerUser, places)
      const used = usedBetween(before, await readCpuTimes(pids), () => 'all').get('all') as number
      const bytes = (await bytesOf(child)) - bytesBefore
      return { bytes: bytes / users, cpuMicroseconds: used / users }
    })
  }

  /** Bytes of a subscription beside those of its socket. */
  bytesPerSubscription(count: number): Promise<number> {
    const sockets = Math.ceil(count / subscriptionsPerSocket)
    return this.withServer('feeds', async (readers, child) => {
      await readers.open(sockets, 1)
      const alone = await bytesOf(child)
      await readers.open(sockets, subscriptionsPerSocket)
      const bytes = (await bytesOf(child)) - alone
      return bytes / (sockets * subscriptionsPerSocket)
    })
  }

  storm(kind: ServerKind, count: number): Promise<StormResult> {
    const { clock } = this.context
    return this.withServer(kind, async (readers) => {
      const startedAt = clock.elapsed()
      await readers.open(count, 1, count)
      return { tookMs: clock.elapsed() - startedAt, refused: readers.refused }
    })
  }

  private async withServer<T>(kind: ServerKind, use: (readers: Readers, child: Child) => Promise<T>): Promise<T> {
    const { context } = this
    const env = environmentOf(context.inheritedEnv, { 'bench.bare': kind === 'bare' })
    const logFile = join(this.dataDir, 'server.log')
    const child = await startChild(context, { role: 'bench feed-server', env, logFile, readyWithinMs }, context.signal)
    const readers = new Readers(placeOf(child).url, context.clock)
    try {
      return await use(readers, child)
    } finally {
      await readers.close()
      await child.stop()
    }
  }
}

const placeOf = ({ ready }: Child): ServerPlace => ready as unknown as ServerPlace

async function bytesOf(child: Child): Promise<number> {
  return Number(await (await fetch(placeOf(child).controlUrl)).text())
}

function userCost(costs: readonly Cost[]): UserCost {
  return {
    bytes: spreadOf(
      costs.map(({ bytes }) => bytes),
      0,
    ),
    cpuMicroseconds: spreadOf(
      costs.map(({ cpuMicroseconds }) => cpuMicroseconds),
      1,
    ),
  }
}

function stormOf(storms: readonly StormResult[]): Storm {
  return {
    tookMs: spreadOf(
      storms.map(({ tookMs }) => tookMs),
      0,
    ),
    refused: storms.reduce((sum, { refused }) => sum + refused, 0),
  }
}
