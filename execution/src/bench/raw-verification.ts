import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface RawVerificationOptions {
  /** Threads, at least 1. */
  readonly workers: number
  /** Measured time; as much again at most is warm-up and preparation. */
  readonly seconds: number
}

export interface RawVerification {
  readonly workers: number
  readonly verifications: number
  readonly verificationsPerSecond: number
  /** CPU time of one verification: steadier than the rate where others use the machine too. */
  readonly cpuMicroseconds: number
}

/** What a worker of the measurement tells: that it is ready, then how far it came. */
export interface RawWorkerReport {
  readonly verifications: number
  readonly elapsedMs: number
  /** Of the worker's thread. */
  readonly cpuMicroseconds: number
}

async function next<T>(worker: Worker): Promise<T> {
  const [message] = (await once(worker, 'message')) as [T]
  return message
}

/**
 * Measures what bare npm `secp256k1` verifies a second from 33-byte keys: what lanes are compared with.
 * @throws {Error} when a worker fails.
 */
export async function measureRawVerification(options: RawVerificationOptions): Promise<RawVerification> {
  const threads = Array.from(
    { length: options.workers },
    () => new Worker(new URL('./raw-verification-worker.ts', import.meta.url), { workerData: options }),
  )
  try {
    await Promise.all(threads.map((thread) => next(thread)))
    const reports = Promise.all(threads.map((thread) => next<RawWorkerReport>(thread)))
    for (const thread of threads) thread.postMessage('go')
    const done = await reports
    const total = done.reduce((sum, { verifications }) => sum + verifications, 0)
    return {
      workers: options.workers,
      verifications: total,
      cpuMicroseconds: done.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0) / total,
      verificationsPerSecond: done.reduce(
        (sum, { verifications, elapsedMs }) => sum + (1000 * verifications) / elapsedMs,
        0,
      ),
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}
