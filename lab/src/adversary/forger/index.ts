// The reference as a judge of batches, for whoever lies or proves.
export type { Ground } from './draft.ts'
export { proofsEverywhere, writersEverywhere } from './everywhere.ts'
export { firstFault, nameOfFault } from './judge.ts'
export { sourcesOf } from './sources.ts'
