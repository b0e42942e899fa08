import { MessageExecutor } from './message-executor.ts'
import { chunkWords } from './pair-hasher.ts'

/** Where the fields of a message lie in a slot, in words: the layout puts them there. */
const conversationHalf = 9
const nonceWord = 6
const contentWord = 8
const signatureWord = 16

/** Copies the message in a slot of the ring, or laid out like one, into the executor's fields. @returns its shard. */
export function loadSlot(words: Int32Array, halves: Uint16Array, word: number, into: MessageExecutor): number {
  const half = 2 * word
  into.conversation =
    ((halves[half + conversationHalf] as number) | ((halves[half + conversationHalf + 1] as number) << 16)) >>> 0
  into.member = halves[half + conversationHalf + 2] as number
  into.nonceLow = (words[word + nonceWord] as number) >>> 0
  into.nonceHigh = (words[word + nonceWord + 1] as number) >>> 0
  for (let i = 0; i < chunkWords; i += 1)
    into.contentWords[MessageExecutor.contentWord + i] = words[word + contentWord + i] as number
  for (let i = 0; i < 2 * chunkWords; i += 1) into.signature[i] = words[word + signatureWord + i] as number
  return (halves[half + conversationHalf - 1] as number) >>> 8
}
