import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { unavailable } from '../fault.ts'
import type { KzgAnswer, KzgJob, KzgWorkerData } from './kzg-worker.ts'
import { blobsLayer } from './layer.ts'

/** KZG over BLS12-381 with Ethereum's trusted setup. */
export interface Kzg {
  /**
   * The 48-byte commitment, or undefined when the bytes are no blob.
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  commitment(blob: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>
  /**
   * The 128 cell proofs of 48 bytes each (EIP-7594), one after another; undefined when the bytes are no blob.
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  cellProofs(blob: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

export interface KzgOptions {
  /** Load 110 MB of tables more, for cell proofs in two thirds of the time. Default true; pointless for readers. */
  readonly precompute?: boolean
  /** Jobs waiting at most; more are `DA_UNAVAILABLE`. Default 256, which hold 32 MiB. */
  readonly maxQueued?: number
}

interface Waiting {
  readonly job: KzgJob
  resolve(result: Uint8Array | undefined): void
  reject(error: unknown): void
}

/**
 * KZG on a thread of its own: loading the setup takes seconds and cell proofs a quarter of a second a blob, in which an
 * event loop would answer nobody. The thread starts with the first job, and again after it died.
 */
export function createKzg({ log }: { readonly log: Logger }, options: KzgOptions = {}): Kzg {
  const { precompute = true, maxQueued = 256 } = options
  const queue: Waiting[] = []
  let current: Waiting | undefined
  let worker: Worker | undefined
  let closed = false
  let nextId = 0

  function start(): Worker {
    const workerData: KzgWorkerData = { precompute }
    const started = new Worker(new URL('./kzg-worker.ts', import.meta.url), { workerData })
    started.on('message', (answer: KzgAnswer) => finish(answer))
    started.on('error', (error) => log.error({ err: error }, 'KZG worker failed'))
    started.on('exit', (exitCode) => {
      if (worker !== started) return
      worker = undefined
      const reason = closed ? 'the adapter is closed' : `the KZG worker ended with ${exitCode}`
      current?.reject(unavailable(blobsLayer, reason))
      current = undefined
      next()
    })
    return started
  }

  function next(): void {
    if (current !== undefined) return
    current = queue.shift()
    // An idle worker must not keep the process alive.
    if (current === undefined) return void worker?.unref()
    worker ??= start()
    worker.ref()
    worker.postMessage(current.job)
  }

  function finish(answer: KzgAnswer): void {
    const finished = current
    if (finished === undefined || finished.job.id !== answer.id) return
    current = undefined
    if ('failure' in answer) finished.reject(unavailable(blobsLayer, `KZG failed: ${answer.failure}`))
    else finished.resolve('result' in answer ? answer.result : undefined)
    next()
  }

  function run(kind: KzgJob['kind'], blob: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (closed) throw unavailable(blobsLayer, 'the adapter is closed')
      if (queue.length >= maxQueued) throw unavailable(blobsLayer, `${queue.length} KZG jobs are waiting`)
      const onAbort = () => {
        const at = queue.indexOf(waiting)
        if (at >= 0) queue.splice(at, 1)
        reject(signal.reason)
      }
      const settle = <T>(how: (value: T) => void) => {
        return (value: T) => {
          signal.removeEventListener('abort', onAbort)
          how(value)
        }
      }
      const waiting: Waiting = { job: { id: nextId++, kind, blob }, resolve: settle(resolve), reject: settle(reject) }
      signal.addEventListener('abort', onAbort, { once: true })
      queue.push(waiting)
      next()
    })
  }

  return {
    commitment: (blob, signal) => run('commitment', blob, signal),
    cellProofs: (blob, signal) => run('cellProofs', blob, signal),
    async close() {
      closed = true
      for (const waiting of queue.splice(0)) waiting.reject(unavailable(blobsLayer, 'the adapter is closed'))
      await worker?.terminate()
    },
  }
}
