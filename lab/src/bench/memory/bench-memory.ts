import { measureStateSizes, type StateSizeMeasurement } from '@parley/execution/bench'
import type { BenchContext } from '../bench-context.ts'
import { type BenchFrame, benchFrame, repeatsOf, seedOf } from '../frame.ts'

/** What `parley bench memory --json` prints. */
export interface MemoryReport extends BenchFrame {
  readonly verifier: string
  /** By number of conversations, the smallest state first. */
  readonly results: readonly StateSizeMeasurement[]
}

/** How much is measured. */
export interface MemorySize {
  /** Conversations of each state, the smallest first. */
  readonly conversations: readonly number[]
  /** Messages of a round. */
  readonly messages: number
}

const sizes = {
  full: { conversations: [1_000, 10_000, 100_000, 1_000_000], messages: 10_000 },
  quick: { conversations: [1_000, 100_000], messages: 3_000 },
} as const

/** Measures what a conversation of two takes and what a message costs by how many conversations there are. */
export async function benchMemory(
  context: BenchContext,
  size: MemorySize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<MemoryReport> {
  const { config, log, err } = context
  const repeats = repeatsOf(config)
  const options = { ...size, rounds: repeats, seed: seedOf(config), verifier: config.run.verifier }
  const results = await measureStateSizes(options, log)
  for (const { conversations, bytesPerConversation, cpuMicroseconds, cpuRatio } of results)
    err.write(
      `${conversations} conversations: ${bytesPerConversation} bytes each, ${cpuMicroseconds.median} µs a message, ${cpuRatio.median} × the smallest\n`,
    )
  const workload = `rounds of ${size.messages} messages over one lane, each from a member of its own as far as there are so many`
  const frame = benchFrame(context, { workload, repeats })
  return { ...frame, verifier: frame.versions.verifier, results }
}
