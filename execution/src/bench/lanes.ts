import type { Logger } from 'pino'
import type { LaneLoad, LaneWorkload } from './lane-load.ts'
import { MeasuredLanes, type MeasuredLanesOptions } from './lane-rounds.ts'
import { measureRawVerification } from './raw-verification.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface LaneMeasurement {
  readonly lanes: number
  readonly workload: LaneWorkload
  readonly roots: boolean
  readonly verifier: string
  readonly messagesPerSecond: Spread
  /** Of bare npm `secp256k1` from 33-byte keys with as many workers, measured before each round. */
  readonly rawVerificationsPerSecond: Spread
  /** One by the other, round by round. */
  readonly ratio: Spread
  /** CPU time of the lanes' threads for one message. */
  readonly cpuMicroseconds: Spread
  /** CPU time of one bare verification by that of one message: the ratio of lanes and workers that have a core each. */
  readonly cpuRatio: Spread
}

const defaultRawSeconds = 1

const rootlessWorker = new URL('./rootless-lane-worker.ts', import.meta.url)

export interface LaneMeasurementOptions extends Omit<MeasuredLanesOptions, 'worker'> {
  /** Whether roots are worked out; without them nothing but the time they cost can be learned. */
  readonly roots: boolean
  /** Time of each bare measurement; default 1. */
  readonly rawSeconds?: number
}

/**
 * Measures lanes, roots and journal records included, against bare verification, turn by turn in one run: on a machine
 * that drifts only their ratio says something.
 * @throws {Error} when a message of the load is refused.
 */
export async function measureLanes(
  load: LaneLoad,
  options: LaneMeasurementOptions,
  log: Logger,
): Promise<LaneMeasurement> {
  const worker = options.roots ? {} : { worker: rootlessWorker }
  const measured = await MeasuredLanes.start(load, { ...options, ...worker }, log)
  try {
    for (const body of load.warmUp) await measured.round(body)
    const rounds: { rate: number; raw: number; cpu: number; rawCpu: number }[] = []
    for (const body of load.bodies) {
      const raw = await measureRawVerification({
        workers: options.lanes,
        seconds: options.rawSeconds ?? defaultRawSeconds,
      })
      const { elapsedMs, cpuMicroseconds } = await measured.round(body)
      rounds.push({
        rate: (1_000 * load.messages) / elapsedMs,
        raw: raw.verificationsPerSecond,
        cpu: cpuMicroseconds / load.messages,
        rawCpu: raw.cpuMicroseconds,
      })
    }
    return {
      lanes: options.lanes,
      workload: load.workload,
      roots: options.roots,
      verifier: measured.execution.verifier,
      messagesPerSecond: spreadOf(
        rounds.map(({ rate }) => rate),
        0,
      ),
      rawVerificationsPerSecond: spreadOf(
        rounds.map(({ raw }) => raw),
        0,
      ),
      ratio: spreadOf(rounds.map(({ rate, raw }) => rate / raw)),
      cpuMicroseconds: spreadOf(
        rounds.map(({ cpu }) => cpu),
        2,
      ),
      cpuRatio: spreadOf(rounds.map(({ cpu, rawCpu }) => rawCpu / cpu)),
    }
  } finally {
    await measured.close()
  }
}
