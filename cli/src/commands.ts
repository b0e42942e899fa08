import { batcherCommand } from './command/batcher.ts'
import { benchLanesCommand, benchLoad, benchMemoryCommand, benchPipeline } from './command/bench.ts'
import { benchDaCommand, benchSettlementCommand } from './command/bench-costs.ts'
import type { CommandDefinition } from './command/command.ts'
import { configCommand } from './command/config.ts'
import { daCommand } from './command/da.ts'
import { deployCommand } from './command/deploy.ts'
import { devCommand } from './command/dev.ts'
import { inspectBlock, inspectClaim, inspectConversation, inspectPayload } from './command/inspect.ts'
import { keysDerive, keysGenerate, keysShow } from './command/keys.ts'
import { nodeCommand } from './command/node.ts'
import { replayCommand } from './command/replay.ts'
import { sequencerCommand } from './command/sequencer.ts'
import { simulateConservation } from './command/simulate.ts'

/** Every command of `parley`. */
export const commands: readonly CommandDefinition[] = [
  devCommand,
  nodeCommand,
  replayCommand,
  sequencerCommand,
  batcherCommand,
  daCommand,
  deployCommand,
  benchLanesCommand,
  benchMemoryCommand,
  benchPipeline,
  benchLoad,
  simulateConservation,
  benchDaCommand,
  benchSettlementCommand,
  inspectBlock,
  inspectClaim,
  inspectConversation,
  inspectPayload,
  keysGenerate,
  keysDerive,
  keysShow,
  configCommand,
]
