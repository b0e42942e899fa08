import { parentPort, workerData } from 'node:worker_threads'
import { makeInput } from './mutate.ts'
import { Random } from './random.ts'
import { maxFailures, Tally } from './report.ts'
import { type FuzzTarget, Garbage, type TargetModule } from './target.ts'

/** What the main thread starts this worker with. */
export interface FuzzJob {
  readonly module: string
  /** Beginning of the names of the targets to attack. */
  readonly only: string
  readonly seed: number
  readonly from: number
  readonly inputs: number
  /** Milliseconds that one input may take. */
  readonly limitMs: number
  /** Two words: inputs begun since `from`, and the place of the target of the one under way. */
  readonly progress: SharedArrayBuffer
  /** Milliseconds between tallies. */
  readonly tallyMs: number
}

function targetFor(random: Random, targets: readonly FuzzTarget[], weight: number): number {
  let left = random.below(weight)
  for (const [i, target] of targets.entries()) {
    if (left < target.weight) return i
    left -= target.weight
  }
  throw new RangeError('weights do not add up')
}

async function attack(job: FuzzJob, targets: readonly FuzzTarget[]): Promise<Tally> {
  const progress = new Int32Array(job.progress)
  const weight = targets.reduce((sum, target) => sum + target.weight, 0)
  const tally = new Tally(targets.map(({ name }) => name))
  let told = performance.now()
  for (let index = job.from; index < job.from + job.inputs; index += 1) {
    const random = new Random(job.seed, index)
    const chosen = targetFor(random, targets, weight)
    const target = targets[chosen] as FuzzTarget
    const input =
      target.shape !== undefined && random.below(2) === 0 ? target.shape(random) : makeInput(random, target.corpus)
    Atomics.store(progress, 1, chosen)
    Atomics.add(progress, 0, 1)
    const failure = (kind: 'crash' | 'hang' | 'garbage', reason: string) =>
      tally.fail({ kind, decoder: target.name, index, input: Buffer.from(input).toString('hex'), reason })
    const began = performance.now()
    try {
      const verdict = target.run(input)
      tally.count(target.name, verdict instanceof Promise ? await verdict : verdict)
      const tookMs = performance.now() - began
      if (tookMs > job.limitMs) failure('hang', `took ${Math.round(tookMs)} ms`)
    } catch (error) {
      failure(error instanceof Garbage ? 'garbage' : 'crash', String(error instanceof Error ? error.stack : error))
    }
    if (tally.failures.length >= maxFailures) break
    if (performance.now() - told > job.tallyMs) {
      told = performance.now()
      parentPort?.postMessage({ kind: 'tally', decoders: tally.decoders, failures: tally.failures })
    }
  }
  return tally
}

const job = workerData as FuzzJob
const { openTargets } = (await import(job.module)) as TargetModule
const opened = await openTargets()
const targets = opened.targets.filter(({ name }) => name.startsWith(job.only))
if (targets.length === 0) throw new RangeError(`no target's name begins with ${job.only}`)
parentPort?.postMessage({ kind: 'opened', names: targets.map(({ name }) => name) })
const tally = await attack(job, targets)
await opened.close()
parentPort?.postMessage({ kind: 'done', decoders: tally.decoders, failures: tally.failures })
