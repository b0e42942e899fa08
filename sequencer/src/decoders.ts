// Records of the journal, for the fuzzer.
export { decodeRecord, encodeRecord, type JournalRecord } from './chain/journal-records.ts'
