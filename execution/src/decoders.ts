// Bytes that lanes and the journal take from elsewhere, for the fuzzer.
export { decodeRecord, type JournalRecord } from './codec/record.ts'
