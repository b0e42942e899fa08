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
export type { Call, TransactionChain } from './transactions/chain.ts'
export { createPendingStore, type TextStore } from './transactions/pending-store.ts'
export { openTransactionSender, type SenderDeps } from './transactions/sender.ts'
export { createSenderMetrics } from './transactions/sender-metrics.ts'
export { type SenderOptions, senderDefaults } from './transactions/sender-options.ts'
export type { TransactionRequest, TransactionSender } from './transactions/transaction-sender.ts'
export { connectTransactionChain } from './transactions/viem-chain.ts'
