import { hashInto } from '@chainsafe/hashtree'
import { ConversationWord } from './conversation-store.ts'
import { chunkWords, copyChunk, prefixViews } from './pair-hasher.ts'

const rowChunks = 4
const rowWords = rowChunks * chunkWords
const idWord = chunkWords
const placeWord = 2 * chunkWords

/** Digests that members sign to send messages, many at once. A row has four chunks: domain, conversation id, place, content. */
export class MessageDigests {
  /** First word of a row's content. */
  static readonly contentWord = 3 * chunkWords
  readonly rows: Int32Array
  /** Results, a chunk a row. */
  readonly digests: Int32Array
  private readonly rowViews: Uint8Array[]
  private readonly pairViews: Uint8Array[]
  private readonly digestViews: Uint8Array[]

  constructor(chainId: bigint, count: number) {
    this.rows = new Int32Array(count * rowWords)
    const pairs = new Int32Array(count * 2 * chunkWords)
    this.digests = new Int32Array(count * chunkWords)
    this.rowViews = prefixViews(this.rows, count, 4 * rowWords)
    this.pairViews = prefixViews(pairs, count, 64)
    this.digestViews = prefixViews(this.digests, count, 32)
    const tag = new TextEncoder().encode('parley/message/1')
    for (let row = 0; row < count; row += 1) {
      new Uint8Array(this.rows.buffer, 4 * row * rowWords).set(tag)
      new DataView(this.rows.buffer, 4 * row * rowWords).setBigUint64(16, chainId)
    }
  }

  /** First word of a row. */
  static word(row: number): number {
    return row * rowWords
  }

  /** Writes all of a row but its content. @param page - Of the conversation's record, which begins at `conversation`. */
  write(row: number, page: Int32Array, conversation: number, member: number, low: number, high: number): void {
    const { rows } = this
    const word = row * rowWords
    copyChunk(page, conversation + ConversationWord.id, rows, word + idWord)
    // Member (2 bytes) and nonce (8 bytes), both big-endian, in little-endian words.
    const place = word + placeWord
    rows[place] = (member >>> 8) | ((member & 0xff) << 8) | ((high >>> 24) << 16) | (((high >>> 16) & 0xff) << 24)
    rows[place + 1] =
      ((high >>> 8) & 0xff) | ((high & 0xff) << 8) | ((low >>> 24) << 16) | (((low >>> 16) & 0xff) << 24)
    rows[place + 2] = ((low >>> 8) & 0xff) | ((low & 0xff) << 8)
  }

  /** Hashes the first `count` rows. */
  hash(count: number): void {
    hashInto(this.rowViews[count] as Uint8Array, this.pairViews[count] as Uint8Array)
    hashInto(this.pairViews[count] as Uint8Array, this.digestViews[count] as Uint8Array)
  }
}
