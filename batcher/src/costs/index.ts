export { type CostEntry, entriesOf, overheadOf, shadowOf } from './cost-entry.ts'
export { type CostJournal, decodeCostEntry, encodeCostEntry } from './cost-journal.ts'
export { type CostSum, type Rates, sumCosts, weiOf } from './sums.ts'
