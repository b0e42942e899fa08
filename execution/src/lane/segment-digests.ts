import { limits } from '@parley/protocol'
import { LoggedWord, loggedWords } from '../codec/logged-segment.ts'
import { type ConversationStore, MemberWord } from './conversation-store.ts'
import { MessageDigests } from './message-digests.ts'
import type { MessageExecutor } from './message-executor.ts'
import { chunkWords, copyChunk } from './pair-hasher.ts'

const maxWord = 0xffff_ffff

/**
 * Digests of the messages of one segment, hashed together before they are executed one by one. Segments carry no nonces: a
 * member's go on from its record, one a message, and nothing but the messages before it in the segment comes between.
 */
export class SegmentDigests {
  private readonly digests: MessageDigests
  private readonly present = new Uint8Array(limits.messagesPerSegment)

  constructor(chainId: bigint) {
    this.digests = new MessageDigests(chainId, limits.messagesPerSegment)
  }

  /** @param words - The segment's messages in the packed form, at most as many as a segment may have. */
  prepare(conversations: ConversationStore, words: Int32Array, count: number): void {
    for (let entry = 0; entry < count; entry += 1) this.write(conversations, words, entry)
    this.digests.hash(count)
  }

  /** Hands the digest of an entry to the executor, unless its member does not exist: that is refused without one. */
  give(entry: number, to: MessageExecutor): void {
    if (this.present[entry] === 1) to.give(this.digests.digests, entry * chunkWords)
  }

  private write(conversations: ConversationStore, words: Int32Array, entry: number): void {
    const at = entry * loggedWords
    const conversation = (words[at + LoggedWord.conversation] as number) >>> 0
    const member = words[at + LoggedWord.member] as number
    const exists = conversation < conversations.count && member < conversations.memberCount(conversation)
    this.present[entry] = exists ? 1 : 0
    if (!exists) return
    const { records } = conversations.arenas.members
    const record = conversations.memberRecord(conversation, member)
    const page = records.page(record)
    const nonce = records.word(record) + MemberWord.nonce
    const low = ((page[nonce] as number) >>> 0) + spokenBefore(words, entry)
    const high = (page[nonce + 1] as number) + (low > maxWord ? 1 : 0)
    const place = conversations.records.word(conversation)
    this.digests.write(entry, conversations.records.page(conversation), place, member, low >>> 0, high)
    const content = MessageDigests.word(entry) + MessageDigests.contentWord
    copyChunk(words, at + LoggedWord.content, this.digests.rows, content)
  }
}

/** Messages of the same member in the segment before an entry. */
function spokenBefore(words: Int32Array, entry: number): number {
  const at = entry * loggedWords
  const conversation = words[at + LoggedWord.conversation]
  const member = words[at + LoggedWord.member]
  let spoken = 0
  for (let word = 0; word < at; word += loggedWords)
    if (words[word + LoggedWord.conversation] === conversation && words[word + LoggedWord.member] === member)
      spoken += 1
  return spoken
}
