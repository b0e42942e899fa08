// Answers of servers, logs of the L2 and what an application kept, for the fuzzer.

export { decodeCursor, encodeCursor } from './invites/cursor.ts'
export { decodeInvite } from './invites/decode-invite.ts'
export { decodeReceipts } from './sequencer/receipts.ts'
export { decodeSsz } from './sequencer/ssz-answer.ts'
