import { Readable } from 'node:stream'
import { loadConfig } from '@parley/cli'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import type { Key } from '../../src/config/settings.ts'
import { allSettings } from '../../src/config/settings.ts'
import type { Context } from '../../src/context.ts'

/** Surroundings of a benchmark that keeps what it says to itself. */
export function benchContext(...flags: readonly (readonly [Key, string])[]): Context {
  const { config, sources } = loadConfig(allSettings, { flags: new Map(flags), env: {}, files: [] })
  const screen = { write: () => undefined }
  return {
    config,
    settings: allSettings,
    sources,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    out: screen,
    err: screen,
    signal: new AbortController().signal,
    inheritedEnv: {},
    input: () => Readable.from([]),
  }
}
