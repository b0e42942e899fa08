import { batcherCommand } from './command/batcher.ts'
import { benchLoad, benchPipeline } from './command/bench.ts'
import { benchAllCommand, benchGuardCommand } from './command/bench-all.ts'
import { benchDaCommand, benchPeersCommand, benchSettlementCommand } from './command/bench-costs.ts'
import {
  benchLanesCommand,
  benchLatencyCommand,
  benchMemoryCommand,
  benchOpenLoad,
  benchRestartCommand,
  benchVerifyCommand,
} from './command/bench-limits.ts'
import type { CommandDefinition } from './command/command.ts'
import { configCommand } from './command/config.ts'
import {
  contactDeactivate,
  contactDelegate,
  contactOwner,
  contactRegister,
  contactResolve,
  contactRevoke,
  contactSet,
  contactShow,
} from './command/contact.ts'
import { daCommand } from './command/da.ts'
import { deployCommand } from './command/deploy.ts'
import { devCommand } from './command/dev.ts'
import {
  inboxGate,
  inboxInvite,
  inboxProof,
  inboxQuote,
  inboxShow,
  inboxStanding,
  inboxWatch,
  inboxWithdraw,
} from './command/inbox.ts'
import { inspectBlock, inspectClaim, inspectConversation, inspectPayload } from './command/inspect.ts'
import { keysDerive, keysGenerate, keysShow } from './command/keys.ts'
import { nodeCommand } from './command/node.ts'
import { replayCommand } from './command/replay.ts'
import { sequencerCommand } from './command/sequencer.ts'
import { simulateConservationCommand, simulateSpamCommand } from './command/simulate.ts'
import {
  treasuryDelegate,
  treasuryExecute,
  treasuryProposal,
  treasuryPropose,
  treasuryQueue,
  treasuryRecord,
  treasuryReimburse,
  treasuryRollup,
  treasuryShow,
  treasuryVote,
} from './command/treasury.ts'

/** Every command of `parley`. */
export const commands: readonly CommandDefinition[] = [
  devCommand,
  nodeCommand,
  replayCommand,
  sequencerCommand,
  batcherCommand,
  daCommand,
  deployCommand,
  contactRegister,
  contactResolve,
  contactShow,
  contactSet,
  contactRevoke,
  contactDelegate,
  contactOwner,
  contactDeactivate,
  inboxShow,
  inboxGate,
  inboxQuote,
  inboxInvite,
  inboxProof,
  inboxWatch,
  inboxStanding,
  inboxWithdraw,
  treasuryShow,
  treasuryRecord,
  treasuryReimburse,
  treasuryRollup,
  treasuryPropose,
  treasuryVote,
  treasuryProposal,
  treasuryQueue,
  treasuryExecute,
  treasuryDelegate,
  benchLanesCommand,
  benchLatencyCommand,
  benchOpenLoad,
  benchMemoryCommand,
  benchRestartCommand,
  benchVerifyCommand,
  benchPipeline,
  benchLoad,
  simulateSpamCommand,
  simulateConservationCommand,
  benchDaCommand,
  benchSettlementCommand,
  benchPeersCommand,
  benchAllCommand,
  benchGuardCommand,
  inspectBlock,
  inspectClaim,
  inspectConversation,
  inspectPayload,
  keysGenerate,
  keysDerive,
  keysShow,
  configCommand,
]
