export { type InitialState, writeInitialState } from './bench/initial-state.ts'
export type { HeaderSigner } from './chain/signer.ts'
export * from './faults.ts'
export { type JournalDeps, type JournalOptions, openJournal } from './journal.ts'
export type { BytesLevel, BytesOperation, KeyRange } from './level.ts'
export type {
  HttpOptions,
  LoadOptions,
  QuotaOptions,
  SealingOptions,
  SequencerOptions,
  StorageOptions,
  VirtualOptions,
} from './options.ts'
export type { SequencerDeps } from './pipeline/pipeline.ts'
export { decideSeal, type OpenBlockLoad, type SealDecision } from './pipeline/sealing-rule.ts'
export { createSequencer, type Sequencer } from './sequencer.ts'
