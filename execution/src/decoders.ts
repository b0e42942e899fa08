// Bytes that lanes and the journal take from elsewhere, for the fuzzers.
export { type EntryVisitor, scanRecord } from './codec/record.ts'
export { chunkOfShard } from './codec/shard-chunk.ts'
