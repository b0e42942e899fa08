import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Execution, VerifierChoice } from '../api.ts'
import { createExecution } from '../execution.ts'
import { benchConfig, SyntheticLoad } from './load.ts'
import { measureRawVerification } from './raw-verification.ts'
import { median } from './spread.ts'

export interface LaneMeasurementOptions {
  readonly lanes: number
  /** Two-member conversations of the state, at least 64. */
  readonly conversations: number
  /** Messages of one round, signed before anything is measured. */
  readonly messages: number
  /** Rounds, an even number; in the first half everybody speaks for the first time, which costs a key's point, so only the others count. */
  readonly rounds: number
  readonly verifier?: VerifierChoice
}

export interface LaneMeasurement {
  readonly lanes: number
  readonly verifier: string
  /** Median of the rounds. */
  readonly messagesPerSecond: number
  /** Of bare npm `secp256k1` from 33-byte keys with as many workers, measured between the rounds; median. */
  readonly rawVerificationsPerSecond: number
  /** Median over the rounds of one by the other. */
  readonly ratio: number
  /** CPU time of the lanes' threads for one message; median. */
  readonly cpuMicroseconds: number
  /** CPU time of one bare verification by that of one message: the ratio of lanes and workers that have a core each. */
  readonly cpuRatio: number
}

// Odd and far from any power of two: neighbours in time are no neighbours in memory.
const stride = 7_919
const rawSeconds = 1
/** Messages of one submission. */
const bodyMessages = 100
const messageBytes = 111

/** Submits in bodies as room comes, and waits until all were executed. */
async function runRound(execution: Execution, messages: Uint8Array, executed: () => Promise<number>): Promise<void> {
  const body = bodyMessages * messageBytes
  let done = 0
  for (let from = 0; from < messages.length; ) {
    if (execution.submitMessages(messages.subarray(from, from + body), 0)) from += body
    else done += await executed()
  }
  while (done < messages.length / messageBytes) done += await executed()
}

/** Resolves with how many entries were executed since the last call. @throws {Error} when one was refused. */
function countExecuted(execution: Execution): () => Promise<number> {
  let count = 0
  let refused: string | undefined
  let wake: () => void = () => undefined
  execution.onExecuted(({ outcomes }) => {
    for (const { outcome } of outcomes) if (!outcome.accepted) refused = outcome.fault.code
    count += outcomes.length
    wake()
  })
  return async () => {
    if (count === 0) await new Promise<void>((resolve) => (wake = resolve))
    if (refused !== undefined) throw new Error(`a message of the load was refused: ${refused}`)
    const taken = count
    count = 0
    return taken
  }
}

/** CPU time of threads, microseconds. */
async function cpuOf(workers: readonly Worker[]): Promise<number> {
  const usages = await Promise.all(workers.map((worker) => worker.cpuUsage()))
  return usages.reduce((sum, { user, system }) => sum + user + system, 0)
}

/**
 * Measures lanes with roots and journal records against bare verification, turn by turn in one run: on a machine that
 * drifts only their ratio says something.
 * @throws {Error} when a message of the load is refused.
 */
export async function measureLanes(options: LaneMeasurementOptions, log: Logger): Promise<LaneMeasurement> {
  const load = new SyntheticLoad(options.conversations)
  const half = Math.ceil(options.rounds / 2)
  const bodies = Array.from({ length: options.rounds }, (_, round) =>
    load.messages(options.messages, stride, (round % half) * options.messages),
  )
  const { lanes, verifier } = options
  const workers: Worker[] = []
  const startWorker = (file: URL, threadOptions: WorkerOptions): Worker => {
    const worker = new Worker(file, threadOptions)
    workers.push(worker)
    return worker
  }
  const execution = await createExecution(
    { config: benchConfig, log, startWorker },
    { lanes, ...(verifier && { verifier }) },
  )
  try {
    async function* chunks() {
      yield* load.chunks()
    }
    await execution.restore(chunks(), load.shardRoots())
    const executed = countExecuted(execution)
    const rounds: { messages: number; raw: number; cpu: number; rawCpu: number }[] = []
    for (const [round, body] of bodies.entries()) {
      const raw = await measureRawVerification({ workers: lanes, seconds: rawSeconds })
      const cpuBefore = await cpuOf(workers)
      const started = performance.now()
      const timestamp = benchConfig.genesis.timestamp + 1_000n * BigInt(round + 1)
      execution.open({ number: BigInt(round + 1), timestamp, prices: benchConfig.genesis.prices, items: [] })
      await runRound(execution, body, executed)
      await execution.seal()
      const elapsedMs = performance.now() - started
      rounds.push({
        messages: (1_000 * options.messages) / elapsedMs,
        raw: raw.verificationsPerSecond,
        cpu: ((await cpuOf(workers)) - cpuBefore) / options.messages,
        rawCpu: raw.cpuMicroseconds,
      })
    }
    const measured = rounds.slice(half)
    return {
      lanes,
      verifier: execution.verifier,
      messagesPerSecond: median(measured.map(({ messages }) => messages)),
      rawVerificationsPerSecond: median(measured.map(({ raw }) => raw)),
      ratio: median(measured.map(({ messages, raw }) => messages / raw)),
      cpuMicroseconds: median(measured.map(({ cpu }) => cpu)),
      cpuRatio: median(measured.map(({ cpu, rawCpu }) => rawCpu / cpu)),
    }
  } finally {
    await execution.close()
  }
}
