import { availableParallelism } from 'node:os'
import { Closing, openLayers } from '@parley/cli/roles'
import { measureRawVerification, median, type Spread, spreadOf } from '@parley/execution/bench'
import { Registry } from 'prom-client'
import type { Context } from '../context.ts'
import type { Stack } from '../stack/stack.ts'
import { stackConfig } from '../stack/stack-config.ts'
import { type BenchStack, messagesOf, streamsOf, talksOf, withBenchStack } from './bench-stack.ts'
import { doubtOf } from './doubt.ts'
import { type BenchFrame, benchFrame, repeatsOf } from './frame.ts'
import { acceptedPerSecond, claimedPerSecond } from './measure.ts'
import { followStack, type RunLoad, runLoad, type StackFollower } from './pipeline-load.ts'
import type { PreparedLoad } from './prepared-load.ts'
import { printReport } from './print-report.ts'
import { countPublished, foundIn } from './published-messages.ts'

/** What `parley bench pipeline --json` prints; medians of the repeats where nothing else is said. */
export interface PipelineReport extends BenchFrame {
  /** The lower of the rates at which messages were accepted and claimed, each a median of its own. */
  readonly messagesPerSecond: number
  /** What bare npm secp256k1 verifies from 33-byte keys in the same run, on one core and with one worker a core: the best of all measurements. */
  readonly rawVerificationsPerSecond: { readonly oneCore: number; readonly allCores: number }
  /** Of messages per second to raw verifications a second on all cores. */
  readonly ratio: number
  /** CPU time of a bare verification by that of a message in all parts: the ratio of both with the cores to themselves. */
  readonly cpuRatio: number
  /** Why the ratio claims nothing: the limit did not hold still. */
  readonly doubt: string | null
  readonly spread: {
    readonly [figure in 'messagesPerSecond' | 'acceptedPerSecond' | 'claimedPerSecond' | 'ratio']: Spread
  } & {
    /** Bare verification on all cores, before, between and after the loads: what wavers here wavers everywhere. */
    readonly rawVerificationsPerSecond: Spread
    /** CPU time of all parts. */
    readonly cpuMicrosecondsPerMessage: Spread
  }
  /** CPU time by part, all threads and processes of the run; `raw` is one bare verification with one worker a core. */
  readonly cpuMicrosecondsPerMessage: Readonly<Record<string, number>>
  /** Messages of one request, or of one frame of a stream. */
  readonly batchSize: number
  readonly transport: 'http' | 'stream'
  /** Messages offered in all repeats. */
  readonly offered: number
  readonly refused: number
  /** Messages offered that are not in a claimed batch read back from the DA layer. */
  readonly lost: number
  readonly lanes: number
  readonly verifier: string
}

interface Raw {
  readonly oneCore: number
  readonly allCores: number
  readonly cpuMicroseconds: number
}

/** So many that the whole seconds by which the L2 dates claims are a small part of a load. */
const defaultMessages = { full: 576_000, quick: 192_000 } as const
const rawSeconds = 2

/** Measures the whole pipeline: requests, journal, lanes, blocks, batches on the local layer, claims on the L2. */
export function benchPipeline(context: Context): Promise<PipelineReport> {
  return withBenchStack(context, { layer: 'local' }, (bench) => measurePipeline(context, bench))
}

export async function runBenchPipeline(context: Context): Promise<number> {
  return printReport(context, await benchPipeline(context))
}

async function measurePipeline(context: Context, bench: BenchStack): Promise<PipelineReport> {
  const { config, err } = context
  const { stack, signal } = bench
  const load = preparedLoad(context)
  const { paths } = await bench.sign(load, repeatsOf(config))
  const follower = await followStack(context, stack, signal)
  const raws = [await raw()]
  const runs: RunLoad[] = []
  for (const path of paths) {
    runs.push(await runLoad(context, follower, path, signal))
    raws.push(await raw())
    err.write(`${describe(runs.at(-1) as RunLoad)}\n`)
  }
  return await report(context, bench, follower, { load, runs, raws })
}

function preparedLoad({ config }: Context): PreparedLoad {
  const { load, bench } = config
  const messagesPerBody = bench.stream ? 1 : load.maxMessages
  // On a stream many messages are under way.
  const streams = bench.stream ? 32 : streamsOf(messagesPerBody)
  const messages = load.messages ?? (bench.quick ? defaultMessages.quick : defaultMessages.full)
  return { streams, bodiesPerStream: Math.ceil(messages / streams / messagesPerBody), messagesPerBody }
}

const describe = ({ sent, history }: RunLoad): string =>
  `accepted ${Math.round(acceptedPerSecond(sent))}/s, claimed ${Math.round(claimedPerSecond(sent, history))}/s`

async function raw(): Promise<Raw> {
  const one = await measureRawVerification({ workers: 1, seconds: rawSeconds })
  const all = await measureRawVerification({ workers: availableParallelism(), seconds: rawSeconds })
  return {
    oneCore: one.verificationsPerSecond,
    allCores: all.verificationsPerSecond,
    cpuMicroseconds: all.cpuMicroseconds,
  }
}

interface Measured {
  readonly load: PreparedLoad
  readonly runs: readonly RunLoad[]
  readonly raws: readonly Raw[]
}

async function report(
  context: Context,
  { stack, lanes, verifier, signal }: BenchStack,
  follower: StackFollower,
  { load, runs, raws }: Measured,
): Promise<PipelineReport> {
  const { config } = context
  // The best of them: a machine that is busy with something else must not flatter the ratio.
  const best = (of: (each: Raw) => number): number => Math.round(Math.max(...raws.map(of)))
  const raw = { oneCore: best(({ oneCore }) => oneCore), allCores: best(({ allCores }) => allCores) }
  const accepted = runs.map(({ sent }) => acceptedPerSecond(sent))
  const claimed = runs.map(({ sent, history }) => claimedPerSecond(sent, history))
  // By their medians: claims are dated by whole seconds, so that the lower of each repeat would be noise's choice.
  const lower = median(claimed) < median(accepted) ? claimed : accepted
  const spread = {
    messagesPerSecond: spreadOf(lower, 0),
    acceptedPerSecond: spreadOf(accepted, 0),
    claimedPerSecond: spreadOf(claimed, 0),
    ratio: spreadOf(lower.map((rate) => rate / raw.allCores)),
    rawVerificationsPerSecond: spreadOf(
      raws.map(({ allCores }) => allCores),
      0,
    ),
    cpuMicrosecondsPerMessage: spreadOf(
      runs.map(({ cpuMicroseconds }) => [...cpuMicroseconds.values()].reduce((sum, each) => sum + each, 0)),
      2,
    ),
  }
  const offered = messagesOf(load) * runs.length
  const cpu = cpuByPart(runs, raws)
  const limit = {
    cores: availableParallelism(),
    oneCore: spreadOf(
      raws.map(({ oneCore }) => oneCore),
      0,
    ),
    allCores: spread.rawVerificationsPerSecond,
  }
  const workload = `${messagesOf(load)} messages in ${talksOf(load.streams)} conversations of two, ${load.streams} connections`
  return {
    messagesPerSecond: spread.messagesPerSecond.median,
    rawVerificationsPerSecond: raw,
    ratio: spread.ratio.median,
    spread,
    cpuRatio: Number((cpu.raw / cpu.total).toFixed(3)),
    doubt: doubtOf(limit) ?? null,
    cpuMicrosecondsPerMessage: cpu,
    batchSize: load.messagesPerBody,
    transport: config.bench.stream ? 'stream' : 'http',
    offered,
    refused: runs.reduce((sum, { sent }) => sum + sent.refused, 0),
    lost: offered - (await foundOnDa(context, stack, follower, runs, signal)),
    lanes,
    verifier,
    ...benchFrame(context, { workload, repeats: runs.length }),
  }
}

function cpuByPart(
  runs: readonly RunLoad[],
  raws: readonly Raw[],
): Record<string, number> & { readonly total: number; readonly raw: number } {
  const parts = [...(runs[0] as RunLoad).cpuMicroseconds.keys()]
  const medians = parts.map((part) => {
    return [
      part,
      spreadOf(
        runs.map(({ cpuMicroseconds }) => cpuMicroseconds.get(part) ?? 0),
        2,
      ).median,
    ] as const
  })
  const total = medians.reduce((sum, [, microseconds]) => sum + microseconds, 0)
  const raw = spreadOf(
    raws.map(({ cpuMicroseconds }) => cpuMicroseconds),
    2,
  ).min
  return { ...Object.fromEntries(medians), total: Number(total.toFixed(2)), raw }
}

/** How many of the messages accepted are in the batches that were claimed, as the DA layer gives them. */
async function foundOnDa(
  context: Context,
  { places }: Stack,
  { claims }: StackFollower,
  runs: readonly RunLoad[],
  signal: AbortSignal,
): Promise<number> {
  const closing = new Closing()
  try {
    const { clock, log } = context
    const config = stackConfig(context.config, places)
    const layers = await openLayers({ config, clock, log, registry: new Registry() }, closing)
    const published = await countPublished(claims().claims, layers, signal)
    return runs.reduce((sum, { sent }) => sum + foundIn(published, sent.byBlock), 0)
  } finally {
    await closing.close()
  }
}
