export { type LaneLoad, type LaneLoadOptions, type LaneWorkload, prepareLaneLoad } from './lane-load.ts'
export { type LaneMeasurement, type LaneMeasurementOptions, measureLanes } from './lanes.ts'
export { benchConfig, type Speakers, SyntheticLoad, skewed } from './load.ts'
export { measureStateSizes, type StateSizeMeasurement, type StateSizeOptions } from './memory.ts'
export {
  measureRawVerification,
  type RawVerification,
  type RawVerificationOptions,
} from './raw-verification.ts'
export { median, type Spread, spreadOf } from './spread.ts'
