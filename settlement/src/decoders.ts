// What is read from the L2's logs, for the fuzzer.
export type { RawLog } from '@parley/l2'
export { type Addresses, decodeLog, type Told } from './events/decode-log.ts'
