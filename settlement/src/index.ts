export { claimHash } from './claims/convert.ts'
export { l1DataFee, type PricedCall, type TransactionCost } from './claims/fees.ts'
export { createSettlementMetrics, type SettlementMetrics } from './metrics.ts'
export { openSettlementReader, type ReaderDeps, type ReaderOptions, readerDefaults } from './reader.ts'
export { l2Transport } from './rpc/transport.ts'
export {
  type ClaimerSettlement,
  openSettlement,
  type SettlementDeps,
  type SettlementOptions,
  settlementDefaults,
} from './settlement.ts'
export { type AccountSenderDeps, openAccountSender } from './transactions/account-sender.ts'
export type { Call } from './transactions/chain.ts'
export type { TextStore } from './transactions/pending-store.ts'
export { createSenderMetrics, type SenderMetrics } from './transactions/sender-metrics.ts'
export { type SenderOptions, senderDefaults } from './transactions/sender-options.ts'
export type { TransactionRequest, TransactionSender } from './transactions/transaction-sender.ts'
