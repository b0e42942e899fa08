import { Worker } from 'node:worker_threads'
import { type Failure, type FuzzReport, reportOf, Tally } from './report.ts'
import type { FuzzJob } from './worker.ts'

export interface FuzzOptions {
  readonly seed: number
  readonly inputs: number
  /** Index of the first input; a failure's index with one input runs it again. */
  readonly from: number
  /** Milliseconds that one input may take before it counts as a hang. */
  readonly limitMs: number
  /** Attacks only targets whose names begin so; other inputs then belong to an index. Default all. */
  readonly only?: string
  /** URL of the module of targets. */
  readonly module: string
}

type Told =
  | { readonly kind: 'opened'; readonly names: string[] }
  | { readonly kind: 'tally' | 'done'; readonly decoders: Tally['decoders']; readonly failures: Failure[] }

const tallyMs = 500

/**
 * Attacks the targets of a module in a worker, so that an input that never ends is noticed and named: the worker is
 * then ended and the run with it.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const progress = new Int32Array(new SharedArrayBuffer(8))
  const job: FuzzJob = { ...options, only: options.only ?? '', progress: progress.buffer, tallyMs }
  const began = performance.now()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: job })
  let tally: Pick<Tally, 'decoders' | 'failures'> = new Tally([])
  let names: readonly string[] = []
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('message', (told: Told) => {
      if (told.kind === 'opened') names = told.names
      else tally = told
      if (told.kind === 'done') resolve()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)))
  })
  const hung = watch(progress, options.limitMs, () => names.length > 0)
  try {
    const place = await Promise.race([ended.then(() => undefined), hung.noticed])
    const seconds = (performance.now() - began) / 1000
    if (place === undefined) return reportOf(options.seed, seconds, tally)
    const found = new Tally(names)
    Object.assign(found.decoders, tally.decoders)
    found.failures.push(...tally.failures)
    const decoder = names[place.target] as string
    const reason = `no answer in ${options.limitMs * hangFactor} ms`
    found.fail({ kind: 'hang', decoder, index: options.from + place.input, input: '', reason })
    return reportOf(options.seed, seconds, found)
  } finally {
    hung.stop()
    ended.catch(() => undefined)
    await worker.terminate()
  }
}

/** The worker says itself what took too long but ended; only what does not end is left to the watch. */
const hangFactor = 4

function watch(progress: Int32Array, limitMs: number, opened: () => boolean) {
  let last = { input: -1, since: performance.now() }
  let stop = (): void => undefined
  const noticed = new Promise<{ input: number; target: number }>((resolve) => {
    const timer = setInterval(() => {
      const input = Atomics.load(progress, 0) - 1
      if (input !== last.input || input < 0 || !opened()) last = { input, since: performance.now() }
      else if (performance.now() - last.since > limitMs * hangFactor)
        resolve({ input, target: Atomics.load(progress, 1) })
    }, limitMs)
    stop = () => clearInterval(timer)
  })
  return { noticed, stop }
}
