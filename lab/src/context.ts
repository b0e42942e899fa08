import type { Context as CommandContext } from '@parley/cli'
import type { Config } from './config/settings.ts'

/** What a command of the laboratory has of its surroundings. */
export type Context = CommandContext<Config>
