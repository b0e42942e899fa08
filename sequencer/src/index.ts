export type { BytesLevel, BytesOperation, KeyRange } from '@parley/runtime/level'
export { decideSeal, type OpenBlockLoad, type SealDecision } from './block-producer/sealing-rule.ts'
export type { HeaderWitness } from './chain/assert-headers-known.ts'
export type { HeaderSigner, HeaderToSign } from './chain/signer.ts'
export * from './faults.ts'
export { type Life, type Lives, startLives } from './lives.ts'
export type {
  HttpOptions,
  LoadOptions,
  SealingOptions,
  SequencerOptions,
  StorageOptions,
  VirtualOptions,
} from './options.ts'
export type { SequencerDeps } from './pipeline/pipeline.ts'
export type { Shared } from './pipeline/stand-by.ts'
export { createSequencer, type Sequencer } from './sequencer.ts'
export type { KnownHeader } from './store/signed-headers.ts'
