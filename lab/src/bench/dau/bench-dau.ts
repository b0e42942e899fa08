import type { Context } from '../../context.ts'
import { type BenchStackOptions, withBenchStack } from '../bench-stack.ts'
import { type BenchFrame, benchFrame, repeatsOf } from '../frame.ts'
import { type BusyHour, BusyHours, conversationsFor, oneAddress } from './busy-hour.ts'
import { climb } from './climb.ts'
import { type Asked, type Asking, type Call, type Mix, mixes, perUserDay, ratesOf } from './mix.ts'
import type { DauBounds, DauSize } from './size.ts'

/** What came of one way of asking. */
export interface DauResult {
  readonly asking: Asking
  /** How often one user and day something is asked. */
  readonly perUserDay: Readonly<Record<Asked, number>>
  /** All numbers of users that were measured, smallest first. */
  readonly measured: readonly BusyHour[]
  /** Most users at which both p99 bounds held and nothing was lost; 0 when they did at none. */
  readonly users: number
  /** Whether they held at all numbers that were measured, so that more may be possible. */
  readonly isAtLeast: boolean
  /** Those by the cores of this machine, on which the load and the chains run, too. */
  readonly usersPerCore: number
  /** The same by the CPU time that sequencer, batcher, relay, node and layer took at that number, were they alone on a core. */
  readonly usersPerCoreByCpu: number
}

/** What `parley bench dau --json` prints. */
export interface DauReport extends BenchFrame {
  readonly mix: { readonly source: string; readonly calls: readonly Call[] } & Omit<Mix, 'calls' | 'source'>
  readonly bounds: DauBounds
  /** Seconds of each measurement. */
  readonly seconds: number
  readonly lanes: number
  readonly verifier: string
  readonly results: readonly DauResult[]
  /** Not measured: users per core without polling, times as many cores. */
  readonly extrapolated: { readonly cores: number; readonly users: number }
}

const bounds: DauBounds = { liveToAccepted: 3, liveMs: 400, readsMs: 100 }
/** The largest is the goal of a machine of two cores: a million on eight. */
const sizes: Record<'full' | 'quick', DauSize> = {
  full: { users: [31_250, 62_500, 125_000, 250_000], refinements: 2, seconds: 20 },
  quick: { users: [31_250, 62_500], refinements: 0, seconds: 10 },
}
const extrapolatedCores = 8

/** Measures how many users of a network's mix of calls a core serves at their busiest time. */
export async function benchDau(context: Context, given?: DauSize): Promise<DauReport> {
  const { config } = context
  const size = given ?? sizeOf(config.bench)
  const mix = mixes[config.bench.mix]
  const repeats = repeatsOf(config, { full: 3, quick: 1 })
  const most = ratesOf(mix, Math.max(...size.users), 'polling').feedsOpen
  const options: BenchStackOptions = { layer: 'local', relay: true, maxFeeds: most + 100, settings: () => roleSettings }
  return withBenchStack(context, options, async (bench) => {
    const hours = await BusyHours.open(context, bench, { mix, seconds: size.seconds, repeats, bounds, feedsOpen: most })
    try {
      const results: DauResult[] = []
      for (const asking of ['told', 'polling'] as const) {
        // What is compiled then would count for the others.
        await hours.measure(size.users[0] as number, asking, 1)
        const measured = await climb(size, (users) => hours.measure(users, asking))
        results.push(resultOf(mix, asking, measured, hours.cores))
      }
      const [told] = results as [DauResult]
      const { source, ...rest } = mix
      const workload = `${size.users.join(', ')} users, ${conversationsFor({ feedsOpen: most, conversations: mix.conversations })} conversations`
      return {
        ...benchFrame(context, { workload, repeats }),
        mix: { source, ...rest },
        bounds,
        seconds: size.seconds,
        lanes: bench.lanes,
        verifier: bench.verifier,
        results,
        extrapolated: { cores: extrapolatedCores, users: told.usersPerCore * extrapolatedCores },
      }
    } finally {
      await hours.close()
    }
  })
}

const roleSettings = {
  ...oneAddress,
  'feeds.maxSubscriptionsPerAddress': 100_000_000,
  'feeds.maxSubscriptions': 100_000_000,
} as const

function sizeOf({ quick, users }: Context['config']['bench']): DauSize {
  const size = sizes[quick ? 'quick' : 'full']
  return users === undefined ? size : { ...size, users: [users], refinements: 0 }
}

function resultOf(mix: Mix, asking: Asking, measured: readonly BusyHour[], cores: number): DauResult {
  const best = measured.findLast(({ holds }) => holds)
  return {
    asking,
    perUserDay: perUserDay(mix, asking),
    measured,
    users: best?.users ?? 0,
    isAtLeast: measured.every(({ holds }) => holds),
    usersPerCore: Math.floor((best?.users ?? 0) / cores),
    usersPerCoreByCpu: best === undefined ? 0 : Math.floor(best.users / best.cores.median),
  }
}
