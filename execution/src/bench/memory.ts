import type { Logger } from 'pino'
import type { VerifierChoice } from '../api.ts'
import { MeasuredLanes } from './lane-rounds.ts'
import { inTurn, SyntheticLoad } from './load.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface StateSizeOptions {
  /** Two-member conversations of each state, smallest first; at least 64. */
  readonly conversations: readonly number[]
  /** Messages of one round, at most 30,000. */
  readonly messages: number
  readonly rounds: number
  readonly seed: string
  readonly verifier?: VerifierChoice
}

export interface StateSizeMeasurement {
  readonly conversations: number
  /** Memory that one lane holds more than with an empty state, by conversations. */
  readonly bytesPerConversation: number
  /** CPU time of the lane for one message. */
  readonly cpuMicroseconds: Spread
  /** From the first submission to the sealed block, by messages. */
  readonly microseconds: Spread
  /** CPU time of a message to that with the smallest state, round by round. */
  readonly cpuRatio: Spread
  /** The same of the whole time. */
  readonly ratio: Spread
}

interface Subject {
  readonly conversations: number
  readonly bytesPerConversation: number
  readonly lanes: MeasuredLanes
  readonly bodies: readonly Uint8Array[]
  readonly costs: { readonly microseconds: number; readonly cpuMicroseconds: number }[]
}

// Odd and far from any power of two: neighbours in time are no neighbours in memory.
const stride = 7_919
const collectingWorker = new URL('./collecting-lane-worker.ts', import.meta.url)

/**
 * Measures what conversations take in one lane and what a message costs by how many there are, all sizes turn by turn.
 * A message's place is met a second time only after all other messages of the run, so that it is in no cache by chance;
 * the first time, which costs the point of its key, does not count.
 */
export async function measureStateSizes(options: StateSizeOptions, log: Logger): Promise<StateSizeMeasurement[]> {
  const subjects: Subject[] = []
  // Threads that find compiled code never load what strips types, which takes megabytes: all shall start alike.
  const { NODE_COMPILE_CACHE: compiled } = process.env
  delete process.env.NODE_COMPILE_CACHE
  try {
    for (const conversations of options.conversations) subjects.push(await prepare(conversations, options, log))
    for (const counts of [false, true])
      for (let round = 0; round < options.rounds; round += 1)
        for (const { lanes, bodies, costs } of subjects) {
          const body = bodies[(counts ? options.rounds : 0) + round] as Uint8Array
          const { elapsedMs, cpuMicroseconds } = await lanes.round(body)
          const microseconds = (1_000 * elapsedMs) / options.messages
          if (counts) costs.push({ microseconds, cpuMicroseconds: cpuMicroseconds / options.messages })
        }
    const [smallest] = subjects
    return subjects.map((subject) => measurementOf(subject, smallest as Subject))
  } finally {
    if (compiled !== undefined) process.env.NODE_COMPILE_CACHE = compiled
    for (const { lanes } of subjects) await lanes.close()
  }
}

async function prepare(
  conversations: number,
  { messages, rounds, seed, verifier }: StateSizeOptions,
  log: Logger,
): Promise<Subject> {
  const load = new SyntheticLoad(conversations, seed)
  const start = async (of: SyntheticLoad): Promise<MeasuredLanes> => {
    const state = { chunks: () => of.chunks(), shardRoots: of.shardRoots() }
    return MeasuredLanes.start(state, { lanes: 1, worker: collectingWorker, ...(verifier && { verifier }) }, log)
  }
  const empty = await start(new SyntheticLoad(0, seed))
  const emptyBytes = await empty.bytes()
  await empty.close()
  const lanes = await start(load)
  const bytesPerConversation = ((await lanes.bytes()) - emptyBytes) / conversations
  const speakers = inTurn(conversations, stride)
  const bodies: Uint8Array[] = []
  for (let turn = 0; turn < 2; turn += 1)
    for (let round = 0; round < rounds; round += 1) bodies.push(load.messages(messages, speakers, round * messages))
  return { conversations, bytesPerConversation, lanes, bodies, costs: [] }
}

function measurementOf(
  { conversations, bytesPerConversation, costs }: Subject,
  smallest: Subject,
): StateSizeMeasurement {
  const spread = (of: 'microseconds' | 'cpuMicroseconds'): Spread =>
    spreadOf(
      costs.map((cost) => cost[of]),
      2,
    )
  const ratio = (of: 'microseconds' | 'cpuMicroseconds'): Spread =>
    spreadOf(costs.map((cost, round) => cost[of] / (smallest.costs[round]?.[of] as number)))
  return {
    conversations,
    bytesPerConversation: Math.round(bytesPerConversation),
    cpuMicroseconds: spread('cpuMicroseconds'),
    microseconds: spread('microseconds'),
    cpuRatio: ratio('cpuMicroseconds'),
    ratio: ratio('microseconds'),
  }
}
