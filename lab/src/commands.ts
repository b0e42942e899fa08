import { loadConfig, type Program, product } from '@parley/cli'
import { adversaryCommand } from './command/adversary.ts'
import { altDaDoubleCommand } from './command/alt-da-double.ts'
import { benchLoad, benchPipeline } from './command/bench.ts'
import { benchAllCommand, benchGuardCommand } from './command/bench-all.ts'
import { benchDaCommand, benchPeersCommand, benchSettlementCommand } from './command/bench-costs.ts'
import { benchDauCommand, benchDayLoad } from './command/bench-dau.ts'
import { benchGossipCommand } from './command/bench-gossip.ts'
import {
  benchLanesCommand,
  benchLatencyCommand,
  benchMemoryCommand,
  benchOpenLoad,
  benchRestartCommand,
  benchVerifyCommand,
} from './command/bench-limits.ts'
import { benchMessagingCommand } from './command/bench-messaging.ts'
import {
  benchBareReads,
  benchBroadcast,
  benchFanOutCommand,
  benchReadLoad,
  benchReadsCommand,
  benchReadTail,
  benchSubscribe,
} from './command/bench-readers.ts'
import { benchFeedServer, benchSocketsCommand } from './command/bench-sockets.ts'
import { benchSustainedCommand } from './command/bench-sustained.ts'
import { celestiaDoubleCommand } from './command/celestia-double.ts'
import type { LabCommand } from './command/command.ts'
import { devCommand } from './command/dev.ts'
import { drillCommand } from './command/drill.ts'
import { replayCommand } from './command/replay.ts'
import { simulateConservationCommand, simulateSpamCommand, simulateSybilCommand } from './command/simulate.ts'
import { allSettings, type Config } from './config/settings.ts'

/** The commands that the laboratory adds. */
export const labCommands: readonly LabCommand[] = [
  devCommand,
  replayCommand,
  altDaDoubleCommand,
  celestiaDoubleCommand,
  simulateSpamCommand,
  simulateSybilCommand,
  simulateConservationCommand,
  adversaryCommand,
  drillCommand,
  benchAllCommand,
  benchGuardCommand,
  benchLanesCommand,
  benchPipeline,
  benchLoad,
  benchLatencyCommand,
  benchOpenLoad,
  benchSustainedCommand,
  benchFanOutCommand,
  benchSubscribe,
  benchBroadcast,
  benchReadsCommand,
  benchReadLoad,
  benchReadTail,
  benchBareReads,
  benchSocketsCommand,
  benchFeedServer,
  benchDauCommand,
  benchDayLoad,
  benchGossipCommand,
  benchMessagingCommand,
  benchMemoryCommand,
  benchRestartCommand,
  benchVerifyCommand,
  benchDaCommand,
  benchSettlementCommand,
  benchPeersCommand,
]

/** `parley` as it is in a checkout. */
export const checkout: Program<Config> = {
  settings: allSettings,
  load: (sources) => loadConfig(allSettings, sources),
  commands: [...labCommands, ...product.commands],
  groups: {
    ...product.groups,
    simulate: 'Let people and spammers use the contracts on a chain of their own.',
    bench: 'Measure, each figure against its limit in the same run.',
  },
}
