export * from './api.ts'
export { type LaneLoad, type LaneLoadOptions, type LaneWorkload, prepareLaneLoad } from './bench/lane-load.ts'
export { type LaneMeasurement, type LaneMeasurementOptions, measureLanes } from './bench/lanes.ts'
export { benchConfig, type Speakers, SyntheticLoad, skewed } from './bench/load.ts'
export { measureStateSizes, type StateSizeMeasurement, type StateSizeOptions } from './bench/memory.ts'
export {
  measureRawVerification,
  type RawVerification,
  type RawVerificationOptions,
} from './bench/raw-verification.ts'
export { median, type Spread, spreadOf } from './bench/spread.ts'
export { createExecution } from './execution.ts'
export * from './faults.ts'
export { chooseVerifier } from './signatures/choose.ts'
export type { NativeVerifier } from './signatures/native-verifier.ts'
export { createPortableVerifier } from './signatures/portable.ts'
export { createNativeSigner, type NativeSigner } from './signatures/signer.ts'
export { type VerifierVersions, verifierVersions } from './signatures/versions.ts'
