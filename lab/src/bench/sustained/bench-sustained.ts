import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePolicy } from '@parley/cli'
import { waitFor } from '@parley/cli/roles'
import { type LayerProxy, startProxy } from '@parley/da-adapters/testing'
import { devPreset } from '@parley/infra'
import type { Context } from '../../context.ts'
import { devnetDefaults } from '../../devnet/devnet.ts'
import { LabError } from '../../faults.ts'
import { type BenchStack, type BenchStackOptions, messagesOf, talksOf, withBenchStack } from '../bench-stack.ts'
import { type BenchFrame, benchFrame } from '../frame.ts'
import type { SentBody } from '../latency/open-loop.ts'
import { runLoadProcess } from '../load-process.ts'
import { followStack, type StackFollower } from '../pipeline-load.ts'
import type { PreparedLoad } from '../prepared-load.ts'
import { printReport } from '../print-report.ts'
import { claimedIn, messagesByBlock, type TimedClaim } from './claimed.ts'
import { MemoryWatch } from './memory.ts'
import { notSustained, type Sustained } from './verdict.ts'

/** What `parley bench sustained --json` prints. */
export interface SustainedReport extends BenchFrame {
  /** Seconds of the L1's slots, and its blocks until a part counts as included. */
  readonly slotSeconds: number
  readonly confirmations: number
  readonly results: readonly SustainedResult[]
}

export interface SustainedResult extends Sustained {
  readonly layer: string
  readonly seconds: number
  /** Messages, those during the outage included. */
  readonly sent: number
  /** Milliseconds from when a body was due until it was answered, at the 99th percentile. */
  readonly answeredMsP99: number
  readonly outage: Outage | null
  /** What is not as it should be; empty when all is. */
  readonly failed: readonly string[]
}

/** The L1 does not answer the batcher, while messages keep coming. */
export interface Outage {
  readonly seconds: number
  readonly requestsCut: number
  /** Seconds from its end until everything that was sent was claimed. */
  readonly claimedAfterSeconds: number
}

/** One rate on one policy. */
interface Leg {
  readonly layer: string
  readonly messagesPerSecond: number
  /** Seconds at the rate, and then of an outage at the same rate; 0 for none. */
  readonly seconds: number
  readonly outageSeconds: number
}

const slotSeconds = 12
const confirmations = 3
/** A batch waits for a block of the L1 anyhow. Milliseconds. */
const batchAgeMs = 1_000 * slotSeconds
/** Seconds, longer than any leg: the sequencer is not to hold back for the L2's sake. */
const silenceLimit = 3_600
const messagesPerBody = 100
/** What is left when the load has ended is claimed within this. Milliseconds. */
const claimWithinMs = 600_000
const lookEveryMs = 1_000

const legs: Readonly<Record<'full' | 'quick', readonly Leg[]>> = {
  full: [
    { layer: 'core=ethereum-blobs,witness=committee', messagesPerSecond: 1_500, seconds: 600, outageSeconds: 120 },
    { layer: 'ethereum-blobs', messagesPerSecond: 400, seconds: 600, outageSeconds: 0 },
  ],
  quick: [
    { layer: 'core=ethereum-blobs,witness=committee', messagesPerSecond: 500, seconds: 150, outageSeconds: 30 },
    { layer: 'ethereum-blobs', messagesPerSecond: 200, seconds: 150, outageSeconds: 0 },
  ],
}

/** Measures whether a batcher keeps up with a rate on an L1 with real slots, and what a layer's outage costs in memory. */
export async function benchSustained(context: Context): Promise<SustainedReport> {
  const { config, err } = context
  const results: SustainedResult[] = []
  const chosen = legsOf(config.bench)
  for (const [i, leg] of chosen.entries()) {
    results.push(await measureLeg(await apart(context, `stack-${i + 1}`), leg))
    err.write(`${JSON.stringify(results.at(-1))}\n`)
  }
  const talks = chosen.map((leg) => talksOf(streamsOf(leg))).join(' and ')
  const workload = `messages signed before, ${messagesPerBody} a request, in ${talks} conversations of two`
  return { ...benchFrame(context, { workload, repeats: 1 }), slotSeconds, confirmations, results }
}

/** Each stack has a directory of its own in one that was given. */
async function apart(context: Context, name: string): Promise<Context> {
  const { config } = context
  const { dataDir: given } = config.run
  if (given === undefined) return context
  const dataDir = join(given, name)
  await mkdir(dataDir, { recursive: true })
  return { ...context, config: { ...config, run: { ...config.run, dataDir } } }
}

/** @throws {LabError} `OPTION_INVALID` for a policy that nothing is measured on. */
function legsOf({ quick, policy }: Context['config']['bench']): readonly Leg[] {
  const all = legs[quick ? 'quick' : 'full']
  const chosen = all.filter(({ layer }) => policy === undefined || policy === layer)
  if (chosen.length > 0) return chosen
  const reason = `it measures on ${all.map(({ layer }) => layer).join(' and ')}, not on ${policy}`
  throw new LabError({ code: 'OPTION_INVALID', field: '--policy', reason })
}

/** @returns 0 when the batcher kept up with every rate, 1 otherwise. */
export async function runBenchSustained(context: Context): Promise<number> {
  const report = await benchSustained(context)
  printReport(context, report)
  return report.results.every(({ failed }) => failed.length === 0) ? 0 : 1
}

async function measureLeg(context: Context, leg: Leg): Promise<SustainedResult> {
  let l1: LayerProxy | undefined
  const options: BenchStackOptions = {
    layer: leg.layer,
    batchAgeMs,
    chains: { ...devnetDefaults, l1: { ...devnetDefaults.l1, mining: { kind: 'interval', seconds: slotSeconds } } },
    changed: { contest: { ...devPreset.contest, silenceLimit }, upgradeNotice: 2 * silenceLimit },
    settings: async (role, { l1Url }) => {
      if (role !== 'batcher') return {}
      l1 ??= await startProxy(() => l1Url, { remember: false })
      return { 'l1.url': l1.url, 'da.confirmations': confirmations }
    },
  }
  try {
    return await withBenchStack(context, options, (bench) => {
      if (l1 === undefined) throw new TypeError('the batcher was started without an L1')
      return new LegRun(context, bench, leg, l1).measure()
    })
  } finally {
    await l1?.close()
  }
}

class LegRun {
  private readonly context: Context
  private readonly bench: BenchStack
  private readonly leg: Leg
  private readonly l1: LayerProxy

  constructor(context: Context, bench: BenchStack, leg: Leg, l1: LayerProxy) {
    this.context = context
    this.bench = bench
    this.leg = leg
    this.l1 = l1
  }

  async measure(): Promise<SustainedResult> {
    const { context, bench, leg } = this
    const load = loadOf(leg)
    const { paths } = await bench.sign(load, 1)
    const follower = await followStack(context, bench.stack, bench.signal)
    const { pids } = bench.stack.roles
    const watched = ['batcher', 'sequencer'] as const
    const memory = new MemoryWatch(new Map(watched.map((role) => [role, pids.get(role) as number])), 'sustained')
    const over = new AbortController()
    const watching = memory.run(context.clock, AbortSignal.any([bench.signal, over.signal]))
    try {
      const work = this.run(follower, memory, load, paths[0] as string)
      return await Promise.race([work, follower.failed, watching.then(() => work)])
    } finally {
      over.abort()
    }
  }

  private async run(
    follower: StackFollower,
    memory: MemoryWatch,
    load: PreparedLoad,
    path: string,
  ): Promise<SustainedResult> {
    const { context, bench, leg, l1 } = this
    const { clock } = context
    const { seconds, messagesPerSecond, outageSeconds } = leg
    const config = {
      'sequencer.url': bench.stack.places.sequencerUrl,
      'bench.file': path,
      'bench.bodiesPerSecond': messagesPerSecond / messagesPerBody,
    }
    const logFile = join(bench.dataDir, 'logs', 'load.log')
    const sending = runLoadProcess<SentBody[]>(context, { role: 'bench open-load', config, logFile }, bench.signal)
    const [cut, sent] = await Promise.all([this.breakAfter(memory), sending])
    const byBlock = messagesByBlock(sent)
    const lastBlock = Math.max(...byBlock.keys())
    memory.phase = 'afterwards'
    await waitFor(
      'everything to be claimed',
      () => (Number(follower.history.at(-1)?.block ?? 0n) >= lastBlock ? true : undefined),
      { clock, everyMs: lookEveryMs, withinMs: claimWithinMs },
      bench.signal,
    )
    const claims = follower.claims().claims.map(({ claim }): TimedClaim => {
      const { lastHeader, claimedAt } = claim
      return {
        claimedAtMs: 1_000 * Number(claimedAt),
        block: Number(lastHeader.number),
        sealedAtMs: Number(lastHeader.timestamp),
      }
    })
    const startedAt = Math.min(...sent.map(({ dueAtMs }) => dueAtMs))
    const steady = sent.filter(({ dueAtMs }) => dueAtMs < startedAt + 1_000 * seconds)
    const claimedBlock = claims.at(-1)?.block ?? 0
    const late = [...byBlock].filter(([block]) => block > claimedBlock).reduce((sum, [, messages]) => sum + messages, 0)
    const answered = sent.map(({ dueAtMs, answeredAtMs }) => answeredAtMs - dueAtMs).toSorted((a, b) => a - b)
    const figures: Sustained = {
      messagesPerSecond,
      sentPerSecond: Math.round(rateOf(steady)),
      claimed: claimedIn(claims, byBlock, startedAt, startedAt + 1_000 * seconds),
      unclaimed: messagesOf(load) - [...byBlock.values()].reduce((sum, each) => sum + each, 0) + late,
      memory: memory.found,
    }
    const claimedAfterSeconds = ((claims.at(-1)?.claimedAtMs ?? 0) - (cut?.healedAtMs ?? 0)) / 1_000
    const outage = cut && {
      seconds: outageSeconds,
      requestsCut: l1.meddled,
      claimedAfterSeconds: Math.round(claimedAfterSeconds),
    }
    const unseen = cut !== undefined && l1.meddled === 0 ? ['the outage cut no request'] : []
    return {
      layer: parsePolicy(leg.layer).toString(),
      seconds,
      sent: messagesOf(load),
      answeredMsP99: Math.round(answered[Math.ceil(0.99 * answered.length) - 1] as number),
      ...figures,
      outage: outage ?? null,
      failed: [...notSustained(figures), ...unseen],
    }
  }

  /** Cuts the batcher off the L1 once the time at the rate is over. @returns when it was healed; undefined where none was wanted. */
  private async breakAfter(memory: MemoryWatch): Promise<{ readonly healedAtMs: number } | undefined> {
    const { context, bench, leg, l1 } = this
    const { clock } = context
    await clock.sleep(1_000 * leg.seconds, bench.signal)
    if (leg.outageSeconds === 0) return undefined
    memory.phase = 'outage'
    l1.meddle(() => 'cut')
    await clock.sleep(1_000 * leg.outageSeconds, bench.signal)
    l1.heal()
    memory.phase = 'afterwards'
    return { healedAtMs: clock.now() }
  }
}

/** Connections: as many as send once in two seconds each, for the sequencer closes those that say nothing for longer. */
const streamsOf = ({ messagesPerSecond }: Leg): number => Math.ceil((2 * messagesPerSecond) / messagesPerBody)

function loadOf(leg: Leg): PreparedLoad {
  const { messagesPerSecond, seconds, outageSeconds } = leg
  const streams = streamsOf(leg)
  const bodies = ((seconds + outageSeconds) * messagesPerSecond) / messagesPerBody
  return { streams, messagesPerBody, bodiesPerStream: Math.ceil(bodies / streams) }
}

/** Messages a second, from when the first was due until the last was answered. */
function rateOf(sent: readonly SentBody[]): number {
  const from = Math.min(...sent.map(({ dueAtMs }) => dueAtMs))
  const until = Math.max(...sent.map(({ answeredAtMs }) => answeredAtMs))
  return (1_000 * messagesPerBody * sent.length) / (until - from)
}
