import type { CommandDefinition } from '@parley/cli'
import type { Config, Key } from '../config/settings.ts'

/** One command of the laboratory. */
export type LabCommand = CommandDefinition<Config, Key>
