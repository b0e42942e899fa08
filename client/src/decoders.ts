// Answers of servers, for the fuzzer.
export { decodeReceipts } from './sequencer/receipts.ts'
export { decodeSsz } from './sequencer/ssz-answer.ts'
