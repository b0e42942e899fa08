import { type Spread, spreadOf } from '@parley/execution/bench'
import type { Context } from '../../context.ts'
import { type BenchStack, messagesOf, streamsOf, talksOf, withBenchStack } from '../bench-stack.ts'
import { type BenchFrame, benchFrame, repeatsOf } from '../frame.ts'
import { acceptedPerSecond } from '../measure.ts'
import { followStack, runLoad } from '../pipeline-load.ts'
import type { PreparedLoad } from '../prepared-load.ts'
import type { SentLoad } from '../send-load.ts'
import { type CatchUp, catchUp, rangeOf } from './catch-up.ts'

/** What `parley bench verify --json` prints. */
export interface VerifyReport extends BenchFrame {
  readonly lanes: number
  readonly verifier: string
  /** Messages of the longest chain that was verified. */
  readonly messages: number
  /** At which a node that began with nothing verified the loads; fetching and storing included. */
  readonly verifiedPerSecond: Spread
  /** At which the last of the loads was accepted: no pipeline claims faster, and claims are too few here to tell their rate. */
  readonly pipelinePerSecond: Spread
  /** One by the other, turn by turn. */
  readonly ratio: Spread
  /** CPU time of the node by part, a message of the longest chain. */
  readonly cpuMicrosecondsPerMessage: Readonly<Record<string, number>>
  /** From the start of a node with the genesis state to the end of the longest chain, creations of conversations included. */
  readonly wholeSeconds: number
  /** Roots compared of the longest chain; all were equal, or there would be no report. */
  readonly rootsCompared: number
}

const messagesPerBody = 100
const streams = streamsOf(messagesPerBody)
const defaultMessages = { full: 128_000, quick: 64_000 } as const

/** Measures how fast a node catches up from the L2 and the local layer, against the pipeline that wrote what it reads. */
export function benchVerify(context: Context): Promise<VerifyReport> {
  return withBenchStack(context, { layer: 'local' }, (bench) => measure(context, bench))
}

async function measure(context: Context, bench: BenchStack): Promise<VerifyReport> {
  const { config, err } = context
  const { load: given, bench: how } = config
  const messages = given.messages ?? (how.quick ? defaultMessages.quick : defaultMessages.full)
  const load: PreparedLoad = {
    streams,
    bodiesPerStream: Math.ceil(messages / streams / messagesPerBody),
    messagesPerBody,
  }
  const { paths } = await bench.sign(load, repeatsOf(config))
  const follower = await followStack(context, bench.stack, bench.signal)
  const turns: { pipeline: number; verified: number; caughtUp: CatchUp }[] = []
  let chain: SentLoad | undefined
  for (const [turn, path] of paths.entries()) {
    const { sent } = await runLoad(context, follower, path, bench.signal)
    const pipeline = acceptedPerSecond(sent)
    chain = joined(chain, sent)
    const caughtUp = await catchUp(context, bench, `node-${turn}`, rangeOf(chain))
    const verified = chain.accepted / caughtUp.seconds
    turns.push({ pipeline, verified, caughtUp })
    err.write(`verified ${Math.round(verified)}/s, ${(verified / pipeline).toFixed(2)} times the pipeline\n`)
  }
  const of = (value: (turn: (typeof turns)[number]) => number, digits = 3): Spread => spreadOf(turns.map(value), digits)
  const last = turns.at(-1) as (typeof turns)[number]
  const workload = `loads of ${messagesOf(load)} messages in ${talksOf(streams)} conversations of two, over HTTP in bodies of ${messagesPerBody}; after each a node over an empty directory`
  return {
    ...benchFrame(context, { workload, repeats: turns.length }),
    lanes: bench.lanes,
    verifier: bench.verifier,
    messages: (chain as SentLoad).accepted,
    verifiedPerSecond: of(({ verified }) => verified, 0),
    pipelinePerSecond: of(({ pipeline }) => pipeline, 0),
    ratio: of(({ verified, pipeline }) => verified / pipeline),
    cpuMicrosecondsPerMessage: perMessage(last.caughtUp.cpuMicroseconds, (chain as SentLoad).accepted),
    wholeSeconds: last.caughtUp.wholeSeconds,
    rootsCompared: last.caughtUp.rootsCompared,
  }
}

function perMessage(used: ReadonlyMap<string, number>, messages: number): Record<string, number> {
  return Object.fromEntries(
    [...used].map(([part, microseconds]) => [part, Number((microseconds / messages).toFixed(2))]),
  )
}

function joined(before: SentLoad | undefined, { byBlock, ...sent }: SentLoad): SentLoad {
  if (before === undefined) return { byBlock, ...sent }
  return {
    ...sent,
    accepted: before.accepted + sent.accepted,
    refused: before.refused + sent.refused,
    byBlock: { ...before.byBlock, ...byBlock },
  }
}
