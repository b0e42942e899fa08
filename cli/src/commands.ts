import { accountCollect, accountDeposit, accountOpen, accountShow, accountWithdraw } from './command/account.ts'
import { batcherCommand } from './command/batcher.ts'
import { chatCommand } from './command/chat.ts'
import type { CommandDefinition } from './command/command.ts'
import {
  committeeChallenge,
  committeeCredit,
  committeeDeposit,
  committeeExit,
  committeeRegister,
  committeeRotate,
  committeeSlash,
  committeeStatus,
} from './command/committee.ts'
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
import {
  conversationAdd,
  conversationConsent,
  conversationCreate,
  conversationExchange,
  conversationRemove,
  conversationRole,
  conversationShow,
  readCommand,
  sendCommand,
} from './command/conversation.ts'
import { costsCommand } from './command/costs.ts'
import { daCommand } from './command/da.ts'
import { daNodeCommand } from './command/da-node.ts'
import { deployCommand } from './command/deploy.ts'
import { doctorCommand } from './command/doctor.ts'
import { gatewayCommand } from './command/gateway.ts'
import { inspectBlock, inspectClaim, inspectConversation, inspectFallen, inspectPayload } from './command/inspect.ts'
import {
  inviteGate,
  inviteProof,
  inviteQuote,
  inviteSend,
  inviteShow,
  inviteStanding,
  inviteWatch,
  inviteWithdraw,
} from './command/invite.ts'
import { keysDerive, keysGenerate, keysShow } from './command/keys.ts'
import { migrateCommand } from './command/migrate.ts'
import { nodeCommand } from './command/node.ts'
import {
  bondDeposit,
  bondExit,
  bondShow,
  bondWithdraw,
  claimerAdd,
  claimerRemove,
  rollupFinalize,
  rollupQuote,
  rollupShow,
} from './command/operate.ts'
import { pdsCommand } from './command/pds.ts'
import { pushCommand } from './command/push.ts'
import { relayCommand } from './command/relay.ts'
import { rescueCommand } from './command/rescue.ts'
import { rollupAnnounceKey, rollupAnswerFor, rollupResume, rollupSilence } from './command/rollup.ts'
import { sequencerCommand } from './command/sequencer.ts'
import { signerCommand, signerInit } from './command/signer.ts'
import { storeCommand } from './command/store.ts'
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
import { loadConfig } from './config/load.ts'
import { settings } from './config/settings.ts'
import type { Program } from './program.ts'

/** The commands of operators and users. */
const commands: readonly CommandDefinition[] = [
  nodeCommand,
  sequencerCommand,
  signerCommand,
  signerInit,
  relayCommand,
  batcherCommand,
  daCommand,
  costsCommand,
  daNodeCommand,
  storeCommand,
  gatewayCommand,
  pdsCommand,
  pushCommand,
  doctorCommand,
  deployCommand,
  accountOpen,
  accountDeposit,
  accountShow,
  accountWithdraw,
  accountCollect,
  rescueCommand,
  rollupSilence,
  rollupResume,
  rollupAnswerFor,
  rollupAnnounceKey,
  rollupShow,
  claimerAdd,
  claimerRemove,
  bondShow,
  bondDeposit,
  bondExit,
  bondWithdraw,
  rollupFinalize,
  rollupQuote,
  committeeStatus,
  committeeRegister,
  committeeDeposit,
  committeeExit,
  committeeRotate,
  committeeChallenge,
  committeeSlash,
  committeeCredit,
  conversationCreate,
  conversationConsent,
  conversationAdd,
  conversationExchange,
  conversationRemove,
  conversationRole,
  conversationShow,
  sendCommand,
  readCommand,
  contactRegister,
  contactResolve,
  contactShow,
  contactSet,
  contactRevoke,
  contactDelegate,
  contactOwner,
  contactDeactivate,
  inviteShow,
  inviteGate,
  inviteQuote,
  inviteSend,
  inviteProof,
  inviteWatch,
  inviteStanding,
  inviteWithdraw,
  chatCommand,
  migrateCommand,
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
  inspectBlock,
  inspectClaim,
  inspectConversation,
  inspectFallen,
  inspectPayload,
  keysGenerate,
  keysDerive,
  keysShow,
  configCommand,
]

const groups = {
  account: 'Pay into accounts on the L3, and show them.',
  rollup: 'Operate a rollup on the L2: keys, and the way back from a rescue.',
  'rollup claimer': 'Say who may claim.',
  'rollup bond': 'Keep what is at stake behind claims and keys.',
  committee: 'Belong to a data committee on the L2, and hold it to what it signed.',
  conversation: 'Make conversations, and let others join.',
  contact: 'Write to the contact directory on the L2, and read it.',
  invite: 'Invite, and keep a public inbox on the L2.',
  treasury: 'Record costs, reimburse operators and vote on spending.',
  inspect: 'Show one thing, with what can be checked of it checked.',
  keys: 'Make and show keys.',
}

/** The command without the laboratory. */
export const product: Program = { settings, load: (sources) => loadConfig(settings, sources), commands, groups }
