import { MessageDigests } from './message-digests.ts'
import type { MessageExecutor } from './message-executor.ts'
import { chunkWords, copyChunk } from './pair-hasher.ts'

/** Where the fields of a message lie in a slot, in words or half words: the layout puts them there. */
const conversationHalf = 9
const nonceWord = 6
const contentWord = 8
const signatureWord = 16

/** What says which message it is. */
export interface SlotPlace {
  shard: number
  conversation: number
  member: number
  nonceLow: number
  nonceHigh: number
}

/** Reads where the message in a slot of the ring, or laid out like one, belongs. */
export function loadPlace(words: Int32Array, halves: Uint16Array, word: number, into: SlotPlace): void {
  const half = 2 * word + conversationHalf
  into.shard = (halves[half - 1] as number) >>> 8
  into.conversation = ((halves[half] as number) | ((halves[half + 1] as number) << 16)) >>> 0
  into.member = halves[half + 2] as number
  into.nonceLow = (words[word + nonceWord] as number) >>> 0
  into.nonceHigh = (words[word + nonceWord + 1] as number) >>> 0
}

/** Copies the content in a slot into a row of digests. */
export function loadDigestRow(words: Int32Array, word: number, rows: Int32Array, row: number): void {
  copyChunk(words, word + contentWord, rows, row + MessageDigests.contentWord)
}

/** Copies the message in a slot into the executor's fields. */
export function loadSlot(words: Int32Array, halves: Uint16Array, word: number, into: MessageExecutor): void {
  loadPlace(words, halves, word, into)
  copyChunk(words, word + contentWord, into.contentWords, MessageDigests.contentWord)
  for (let i = 0; i < 2 * chunkWords; i += 1) into.signature[i] = words[word + signatureWord + i] as number
}
