export { claimFromAbi, claimHash } from './claims/convert.ts'
export { l1DataFee, type PricedCall, type TransactionCost } from './claims/fees.ts'
export {
  type Contested,
  type Contester,
  type ContesterOptions,
  contesterDefaults,
  type InQuestion,
  openContester,
} from './contest/contester.ts'
export { createSettlementMetrics, type SettlementMetrics } from './metrics.ts'
export { type DataCosts, type DataQuotes, type DataQuotesOptions, openDataQuotes } from './prices/data-quotes.ts'
export { nextPrice } from './prices/next-price.ts'
export { openSettlementReader, type ReaderDeps, type ReaderOptions, readerDefaults } from './reader.ts'
export { describeRevert } from './reverts.ts'
export {
  type ClaimerSettlement,
  openSettlement,
  type SettlementDeps,
  type SettlementOptions,
  settlementDefaults,
} from './settlement.ts'
