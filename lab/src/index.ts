export {
  ClaimsView,
  Closing,
  DataDir,
  finalMessages,
  followedBlock,
  type NodeView,
  readNode,
  readStatus,
  startStatusServer,
  verifiedRoot,
  waitFor,
} from '@parley/cli/roles'
export { type Observers, observe } from './dev/observers.ts'
export type { DevReport } from './dev/report.ts'
export { type Anvil, type AnvilOptions, startAnvil } from './devnet/anvil.ts'
export { type Devnet, devnetDefaults, startDevnet } from './devnet/devnet.ts'
export { createSystemTransactions, opMainnetScalars } from './devnet/predeploys.ts'
export { type DevRoles, deriveRoles, devMnemonic } from './devnet/roles.ts'
export { LabError } from './faults.ts'
export type { Offer } from './load/offer.ts'
export { openGateway } from './load/open-gateway.ts'
export { type Derive, deriveFrom, deriveScalar, type RandomStream, randomStream } from './load/seeded.ts'
export { type LoadTally, newTally, playLoad } from './load/session.ts'
export type { Answer } from './load/shard-stream.ts'
export { nativeSigner } from './load/signer.ts'
export { syntheticTrace } from './load/synthetic.ts'
export type { TraceLine } from './load/trace-line.ts'
export { goThroughMessaging } from './messaging/go-through.ts'
export type { MessagingStack } from './messaging/stage.ts'
export { FinalityTracker } from './progress/finality.ts'
export { type SimulatedChain, startSimulatedChain } from './simulate/chain/simulated-chain.ts'
export { conservationAccounts } from './simulate/conservation/open-world.ts'
export { runConservation } from './simulate/conservation/run.ts'
export { accountsOf } from './simulate/spam/market.ts'
export { presets as spamPresets, quick as quickSpam } from './simulate/spam/presets.ts'
export { checksOf } from './simulate/spam/report.ts'
export { runSpam } from './simulate/spam/run.ts'
export { spamPage } from './simulate/spam/spam-page.ts'
export { quickSybils } from './simulate/sybil/preset.ts'
export { checksOf as sybilChecksOf } from './simulate/sybil/report.ts'
export { runSybils, type SybilRun } from './simulate/sybil/run.ts'
export { openStage as openSybilStage } from './simulate/sybil/stage.ts'
export { environmentOf } from './stack/environment.ts'
export { type MessagingConfiguration, messagingConfiguration } from './stack/messaging-file.ts'
export type { RoleName } from './stack/roles.ts'
export { type Stack, type StackOptions, startStack } from './stack/stack.ts'
export type { StackPlaces } from './stack/stack-config.ts'
export { stackConfig } from './stack/stack-config.ts'
