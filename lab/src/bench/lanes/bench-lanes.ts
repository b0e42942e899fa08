import { availableParallelism } from 'node:os'
import {
  type LaneMeasurement,
  type LaneWorkload,
  measureLanes,
  median,
  prepareLaneLoad,
  type Spread,
} from '@parley/execution/bench'
import type { BenchContext } from '../bench-context.ts'
import { doubtOf, joinedSpread } from '../doubt.ts'
import { type BenchFrame, benchFrame, repeatsOf, seedOf } from '../frame.ts'

/** One line of the report: medians. */
export interface LaneResult {
  readonly lanes: number
  readonly workload: LaneWorkload
  /** Whether the lanes worked out roots; without them the line says only what roots cost. */
  readonly roots: boolean
  readonly messagesPerSecond: number
  /** To bare verifications a second with as many workers, round by round. */
  readonly ratio: number
}

/** What `parley bench lanes --json` prints. */
export interface LanesReport extends BenchFrame {
  /** Bare npm secp256k1 from 33-byte keys, on one core and with one worker a core. */
  readonly rawVerificationsPerSecond: { readonly oneCore: number; readonly allCores: number }
  /** Why the ratios claim nothing: the limit did not hold still. */
  readonly doubt: string | null
  readonly verifier: string
  readonly results: readonly LaneResult[]
  /** Smallest, middle and largest of everything measured, in the order of `results`. */
  readonly spreads: readonly LaneMeasurement[]
}

/** How much is measured. */
export interface LanesSize {
  readonly workloads: readonly LaneWorkload[]
  readonly conversations: number
  /** Messages of a round. */
  readonly messages: number
  /** Time of each bare measurement. */
  readonly rawSeconds: number
}

const workloads = ['uniform', 'zipf'] as const
const sizes = {
  full: { workloads, conversations: 10_000, messages: 20_000, rawSeconds: 1 },
  quick: { workloads, conversations: 2_000, messages: 4_000, rawSeconds: 0.5 },
} as const

/** Measures lanes from one to one a core, with roots and without, each turn by turn with bare verification. */
export async function benchLanes(
  context: BenchContext,
  size: LanesSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<LanesReport> {
  const { config } = context
  const repeats = repeatsOf(config)
  const { conversations, messages } = size
  const spreads: LaneMeasurement[] = []
  for (const workload of size.workloads) {
    const load = prepareLaneLoad({ workload, conversations, messages, rounds: repeats, seed: seedOf(config) })
    for (let lanes = 1; lanes <= availableParallelism(); lanes += 1)
      for (const roots of [true, false]) spreads.push(await measureOne(context, load, { lanes, roots }, size))
  }
  const rawOf = (count: number): Spread =>
    joinedSpread(
      spreads.filter(({ lanes }) => lanes === count).map((each) => each.rawVerificationsPerSecond),
      median,
    )
  const cores = availableParallelism()
  const [oneCore, allCores] = [rawOf(1), rawOf(cores)]
  const workload = `rounds of ${messages} messages from ${conversations} conversations of two; uniform, and Zipf(1.0)`
  return {
    ...benchFrame(context, { workload, repeats }),
    rawVerificationsPerSecond: { oneCore: oneCore.median, allCores: allCores.median },
    doubt: doubtOf({ cores, oneCore, allCores }) ?? null,
    verifier: spreads[0]?.verifier ?? 'none',
    results: spreads.map(({ lanes, workload: of, roots, messagesPerSecond, ratio }) => {
      return { lanes, workload: of, roots, messagesPerSecond: messagesPerSecond.median, ratio: ratio.median }
    }),
    spreads,
  }
}

async function measureOne(
  { config, log, err, signal }: BenchContext,
  load: ReturnType<typeof prepareLaneLoad>,
  { lanes, roots }: { readonly lanes: number; readonly roots: boolean },
  { rawSeconds }: LanesSize,
): Promise<LaneMeasurement> {
  signal.throwIfAborted()
  const measured = await measureLanes(load, { lanes, roots, verifier: config.run.verifier, rawSeconds }, log)
  const { messagesPerSecond, ratio } = measured
  const what = `${lanes} ${lanes === 1 ? 'lane' : 'lanes'}, ${load.workload}, ${roots ? 'with' : 'without'} roots`
  err.write(`${what}: ${messagesPerSecond.median}/s, ${ratio.median} of bare\n`)
  return measured
}
