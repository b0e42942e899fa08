import { pino } from 'pino'
import type { BenchContext } from '../../src/bench/bench-context.ts'
import type { Key } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'

/** Surroundings of a benchmark that keeps what it says to itself. */
export function benchContext(...flags: readonly (readonly [Key, string])[]): BenchContext {
  return {
    config: loadConfig({ flags: new Map(flags), env: {}, files: [] }).config,
    log: pino({ level: 'silent' }),
    err: { write: () => undefined },
    signal: new AbortController().signal,
  }
}
