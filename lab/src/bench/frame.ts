import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { verifierVersions } from '@parley/execution'
import type { Context } from '../context.ts'

/** What every report of a benchmark begins with: all that is needed to run it again and to read its figures. */
export interface BenchFrame {
  /** Model of the processor. */
  readonly machine: string
  readonly cores: number
  /** Revision of the sources, with `-dirty` when they were changed since. */
  readonly commit: string
  readonly versions: {
    readonly node: string
    /** npm's package, which bare verification is measured with. */
    readonly secp256k1: string
    /** Library that the lanes verified with. */
    readonly verifier: string
  }
  readonly seed: string
  /** What was done, for people. */
  readonly workload: string
  /** Measurements behind each figure. */
  readonly repeats: number
  /** Fewer repeats and smaller sizes: good for looking, not for citing. */
  readonly quick: boolean
}

const defaultSeed = 1n
const defaultRepeats = { full: 5, quick: 2 } as const

/** How often a benchmark measures each thing. */
export function repeatsOf({ bench }: Context['config'], fallback: Record<'full' | 'quick', number> = defaultRepeats) {
  return bench.repeats ?? (bench.quick ? fallback.quick : fallback.full)
}

/** A repeatable run without being asked: two runs are compared more often than seeds. */
export function seedOf({ load }: Context['config']): string {
  return String(load.seed ?? defaultSeed)
}

/** @throws {ExecutionError} `VERIFIER_UNAVAILABLE`. */
export function benchFrame(
  { config }: Pick<Context, 'config'>,
  { workload, repeats }: Pick<BenchFrame, 'workload' | 'repeats'>,
): BenchFrame {
  return {
    machine: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    commit: commit(),
    versions: { node: process.versions.node, ...verifierVersions(config.run.verifier) },
    seed: seedOf(config),
    workload,
    repeats,
    quick: config.bench.quick,
  }
}

function commit(): string {
  const args = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
  const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : 'unknown'
}
