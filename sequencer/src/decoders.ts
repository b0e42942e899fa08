// Records of the journal, for the fuzzer.
export { decodeRecord, encodeEntries, encodeOpening, type JournalRecord } from './chain/opening.ts'
