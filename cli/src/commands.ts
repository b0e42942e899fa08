import { batcherCommand } from './command/batcher.ts'
import type { CommandDefinition } from './command/command.ts'
import { configCommand } from './command/config.ts'
import { daCommand } from './command/da.ts'
import { deployCommand } from './command/deploy.ts'
import { keysDerive, keysGenerate, keysShow } from './command/keys.ts'

/** Every command of `parley`. */
export const commands: readonly CommandDefinition[] = [
  batcherCommand,
  daCommand,
  deployCommand,
  keysGenerate,
  keysDerive,
  keysShow,
  configCommand,
]
