export { claimFromAbi, claimHash } from './claims/convert.ts'
export { l1DataFee, type PricedCall, type TransactionCost } from './claims/fees.ts'
export { type ChunkAnswerer, openChunkAnswerer, type ShownChunk } from './committee/chunk-answerer.ts'
export type { ChunkQuestion } from './committee/chunk-questions.ts'
export { type Committee, openCommittee } from './committee/committee.ts'
export type { Contested } from './contest/act.ts'
export type { Answer, Contester, EvidenceOutcome, InQuestion } from './contest/contester.ts'
export { openContester } from './contest/open-contester.ts'
export type { Question } from './contest/questions.ts'
export { createSettlementMetrics, type SettlementMetrics } from './metrics.ts'
export { type OwnSenderOptions, ownSenderDefaults } from './own-sender.ts'
export { type DataCosts, type DataQuotes, type DataQuotesOptions, openDataQuotes } from './prices/data-quotes.ts'
export { nextPrice } from './prices/next-price.ts'
export {
  type ChainReader,
  openSettlementReader,
  type ReaderDeps,
  type ReaderOptions,
  readerDefaults,
} from './reader.ts'
export { openRescuer } from './rescue/open-rescuer.ts'
export type { Rescuer, RescueTerms } from './rescue/rescuer.ts'
export { describeRevert } from './reverts.ts'
export {
  type ClaimerSettlement,
  openSettlement,
  type SettlementDeps,
  type SettlementOptions,
  settlementDefaults,
} from './settlement.ts'
