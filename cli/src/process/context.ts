import type { Readable } from 'node:stream'
import type { Clock, Pulse } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Config, Settings } from '../config/config.ts'
import type { Source } from '../config/load.ts'
import type { Screen } from './screen.ts'

/** The part of a stream of the process that is read from. */
export type InputStream = Readable & { readonly isTTY?: boolean }

/** What a command has of its surroundings. */
export interface Context<C extends Config = Config> {
  readonly config: C
  /** What the configuration was read by. */
  readonly settings: Settings
  readonly sources: ReadonlyMap<string, Source>
  readonly clock: Clock
  readonly log: Logger
  /** Standard input, which is opened when it is asked for. */
  readonly input: () => InputStream
  /** Standard output: results only. */
  readonly out: Screen
  /** Standard error: everything people watch. */
  readonly err: Screen
  /** Aborts when the process is asked to end, or what it prints can no longer be written; the command then stops what it started and returns. */
  readonly signal: AbortSignal
  /** Variables handed on to child processes, without any of Parley's own. */
  readonly inheritedEnv: Readonly<Record<string, string>>
  /** Beats each time the process is asked by SIGUSR2 to let another one lead; left out where no process is asked. */
  readonly handover?: Pulse
}
