import type { CommandDefinition } from './command/command.ts'
import { configCommand } from './command/config.ts'

/** Every command of `parley`. */
export const commands: readonly CommandDefinition[] = [configCommand]
