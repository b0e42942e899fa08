// Records of the journal, for the fuzzer.
export { decodeRecord, type JournalRecord } from './chain/opening.ts'
