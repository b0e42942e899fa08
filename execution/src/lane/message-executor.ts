import { Role, type TransitionFault } from '@parley/protocol'
import type { NativeVerifier } from '../signatures/native-verifier.ts'
import { ConversationWord, MemberWord } from './conversation-store.ts'
import type { HeadQueue } from './head-queue.ts'
import { MessageDigests } from './message-digests.ts'
import { chunkWords, copyChunk } from './pair-hasher.ts'
import { readUint64 } from './record-pages.ts'
import type { SegmentPrice } from './segment-price.ts'
import type { ShardState } from './shard-state.ts'

const maxWord = 0xffff_ffff
/** First byte of an uncompressed point. */
const uncompressed = 4

/** What of a message is to be checked: its nonce, which segments do not carry, and its signature, which a journal vouches for. */
export interface MessageChecks {
  readonly nonce: boolean
  readonly signature: boolean
}

/**
 * Executes messages on packed records, without an object a message: what protocol's `applyMessage` says, in its order.
 * Write a message into the fields, then call `execute`.
 */
export class MessageExecutor {
  shard = 0
  conversation = 0
  member = 0
  nonceLow = 0
  nonceHigh = 0
  /** 16 words: the signature. */
  readonly signature = new Int32Array(16)
  /** Of the message executed last: its place in the conversation. */
  positionLow = 0
  positionHigh = 0

  private readonly own: MessageDigests
  private readonly digest = new Int32Array(chunkWords)
  private readonly digestBytes = new Uint8Array(this.digest.buffer)
  private given: Int32Array | undefined
  private givenWord = 0
  private readonly signatureBytes = new Uint8Array(this.signature.buffer)
  /** The point, 65 bytes, placed so that x and y are words. */
  private readonly pointWords = new Int32Array(1 + 2 * chunkWords)
  private readonly point = new Uint8Array(this.pointWords.buffer, 3)
  private readonly key = new Uint8Array(this.pointWords.buffer, 4, 32)
  private readonly verifier: NativeVerifier

  constructor(chainId: bigint, verifier: NativeVerifier) {
    this.verifier = verifier
    this.own = new MessageDigests(chainId, 1)
  }

  /** Where the content is to be written, at `MessageDigests.contentWord`. */
  get contentWords(): Int32Array {
    return this.own.rows
  }

  /** Gives the digest of the message to be executed next: over its own nonce, so checks must look at that. */
  give(digests: Int32Array, word: number): void {
    this.given = digests
    this.givenWord = word
  }

  /** Forgets a digest that was given: the next message is another one. */
  takeBack(): void {
    this.given = undefined
  }

  /** @returns undefined when the message was applied; a fault, and nothing changed, otherwise. */
  execute(state: ShardState, price: SegmentPrice, checks: MessageChecks): TransitionFault | undefined {
    const { conversation, member } = this
    const { conversations } = state
    if (conversation >= conversations.count) return { code: 'CONVERSATION_UNKNOWN', shard: state.index, conversation }
    const members = conversations.memberCount(conversation)
    if (member >= members) return { code: 'MEMBER_UNKNOWN', conversation, member, members }
    const { records } = conversations.arenas.members
    const record = conversations.memberRecord(conversation, member)
    const page = records.page(record)
    const word = records.word(record)
    const conversationPage = conversations.records.page(conversation)
    const conversationWord = conversations.records.word(conversation)
    const refusal =
      this.checkMember(page, word, checks.nonce) ??
      checkCounters(page, word, conversationPage, conversationWord) ??
      checkPrice(page, word, price)
    if (refusal !== undefined) return refusal
    this.hashDigest(page, word, conversationPage, conversationWord)
    if (checks.signature && !this.verify(page, word)) return { code: 'SIGNATURE_INVALID', index: 0 }
    this.apply(page, word, conversationPage, conversationWord, price, conversations.heads)
    state.revenue += price.message
    state.dirtyMembers.add(conversation, member)
    return undefined
  }

  private checkMember(page: Int32Array, word: number, checkNonce: boolean): TransitionFault | undefined {
    const role = page[word + MemberWord.role] as number
    if (role < Role.member) return { code: 'ROLE_MISSING', member: this.member, needed: Role.member, role }
    if (!checkNonce) return undefined
    const low = (page[word + MemberWord.nonce] as number) >>> 0
    const high = (page[word + MemberWord.nonce + 1] as number) >>> 0
    if (low === this.nonceLow && high === this.nonceHigh) return undefined
    return {
      code: 'NONCE_MISMATCH',
      expected: readUint64(page, word + MemberWord.nonce),
      received: (BigInt(this.nonceHigh) << 32n) | BigInt(this.nonceLow),
    }
  }

  /** Finds the digest a member signs for its next message. */
  private hashDigest(page: Int32Array, word: number, conversationPage: Int32Array, conversationWord: number): void {
    if (this.given !== undefined) {
      copyChunk(this.given, this.givenWord, this.digest, 0)
      return
    }
    const low = page[word + MemberWord.nonce] as number
    const high = page[word + MemberWord.nonce + 1] as number
    this.own.write(0, conversationPage, conversationWord, this.member, low, high)
    this.own.hash(1)
    copyChunk(this.own.digests, 0, this.digest, 0)
  }

  private verify(page: Int32Array, word: number): boolean {
    copyChunk(page, word + MemberWord.key, this.pointWords, 1)
    if (hasY(page, word)) {
      this.point[0] = uncompressed
      copyChunk(page, word + MemberWord.y, this.pointWords, 1 + chunkWords)
    } else {
      if (!this.verifier.expandKey(this.key, this.point)) return false
      copyChunk(this.pointWords, 1 + chunkWords, page, word + MemberWord.y)
    }
    return this.verifier.verifyPoint(this.point, this.digestBytes, this.signatureBytes)
  }

  private apply(
    page: Int32Array,
    word: number,
    conversationPage: Int32Array,
    conversationWord: number,
    price: SegmentPrice,
    heads: HeadQueue,
  ): void {
    increment(page, word + MemberWord.nonce)
    subtract(page, word + MemberWord.allowance, price)
    const count = conversationWord + ConversationWord.messageCount
    this.positionLow = (conversationPage[count] as number) >>> 0
    this.positionHigh = (conversationPage[count + 1] as number) >>> 0
    increment(conversationPage, count)
    heads.extend(conversationPage, conversationWord + ConversationWord.head, this.digest)
  }
}

function hasY(page: Int32Array, word: number): boolean {
  for (let i = MemberWord.y; i < MemberWord.y + chunkWords; i += 1) if (page[word + i] !== 0) return true
  return false
}

function isHighest(page: Int32Array, word: number): boolean {
  return page[word] === -1 && page[word + 1] === -1
}

function checkCounters(
  page: Int32Array,
  word: number,
  conversationPage: Int32Array,
  conversationWord: number,
): TransitionFault | undefined {
  if (isHighest(page, word + MemberWord.nonce)) return { code: 'COUNTER_EXHAUSTED', field: 'nonce' }
  if (isHighest(conversationPage, conversationWord + ConversationWord.messageCount))
    return { code: 'COUNTER_EXHAUSTED', field: 'messageCount' }
  return undefined
}

function covers(page: Int32Array, word: number, price: SegmentPrice): boolean {
  const high = (page[word + 1] as number) >>> 0
  if (price.unpayable || high < price.high) return false
  return high > price.high || (page[word] as number) >>> 0 >= price.low
}

function checkPrice(page: Int32Array, word: number, price: SegmentPrice): TransitionFault | undefined {
  if (!covers(page, word + MemberWord.priceLimit, price))
    return { code: 'PRICE_OVER_LIMIT', price: price.message, limit: readUint64(page, word + MemberWord.priceLimit) }
  if (!covers(page, word + MemberWord.allowance, price))
    return { code: 'ALLOWANCE_TOO_LOW', price: price.message, allowance: readUint64(page, word + MemberWord.allowance) }
  return undefined
}

function increment(page: Int32Array, word: number): void {
  const low = (page[word] as number) >>> 0
  page[word] = low + 1
  if (low === maxWord) page[word + 1] = (page[word + 1] as number) + 1
}

function subtract(page: Int32Array, word: number, price: SegmentPrice): void {
  const low = (page[word] as number) >>> 0
  page[word] = low - price.low
  page[word + 1] = (page[word + 1] as number) - price.high - (low < price.low ? 1 : 0)
}
