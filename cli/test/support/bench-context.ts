import { systemClock } from '@parley/client'
import { pino } from 'pino'
import type { Key } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Context } from '../../src/process/context.ts'

/** Surroundings of a benchmark that keeps what it says to itself. */
export function benchContext(...flags: readonly (readonly [Key, string])[]): Context {
  const { config, sources } = loadConfig({ flags: new Map(flags), env: {}, files: [] })
  const screen = { write: () => undefined }
  return {
    config,
    sources,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    out: screen,
    err: screen,
    signal: new AbortController().signal,
    inheritedEnv: {},
  }
}
