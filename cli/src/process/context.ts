import type { Clock } from '@parley/protocol'
import type { Logger } from 'pino'
import type { Config, Key } from '../config/config.ts'
import type { Source } from '../config/load.ts'
import type { Screen } from '../progress/display.ts'

/** What a command has of its surroundings. */
export interface Context {
  readonly config: Config
  readonly sources: ReadonlyMap<Key, Source>
  readonly clock: Clock
  readonly log: Logger
  /** Standard output: results only. */
  readonly out: Screen
  /** Standard error: everything people watch. */
  readonly err: Screen
  /** Aborts when the process is asked to end; the command then stops what it started and returns. */
  readonly signal: AbortSignal
  /** Variables handed on to child processes, without any of Parley's own. */
  readonly inheritedEnv: Readonly<Record<string, string>>
}
