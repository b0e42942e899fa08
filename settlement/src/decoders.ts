// What is read from the L2's logs, for the fuzzer.
export { type Addresses, decodeLog, type RawLog, type Told } from './events/decode-log.ts'
