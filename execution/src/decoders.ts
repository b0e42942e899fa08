// Bytes that lanes and the journal take from elsewhere, for the fuzzer.
export { type EntryVisitor, scanRecord } from './codec/record.ts'
