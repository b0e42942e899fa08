import type { ConversationPlace } from '@parley/feeds'
import { type ConversationLink, findLink } from '@parley/feeds'
import {
  type BlockHeader,
  BlockHeaderType,
  BlockView,
  type Bytes32,
  type SealedBlock,
  SealedBlockType,
  sameBytes,
} from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  highestNumber,
  keyOf,
  lastNumberOf,
  unchecksummed,
} from '@parley/runtime/level'
import { SequencerError } from '../faults.ts'

const blockKey = (number: bigint): Uint8Array => keyOf('block/', number)
const linksKey = (number: bigint): Uint8Array => keyOf('links/', number)

function headerKey(lineage: Bytes32, number: bigint): Uint8Array {
  const prefix = keyOf('header/')
  const key = new Uint8Array(prefix.length + 40)
  key.set(prefix)
  key.set(lineage, prefix.length)
  key.set(keyOf('', number), prefix.length + 32)
  return key
}

/** A block as it is kept for feeds that follow closely. */
interface RecentBlock {
  readonly bytes: Uint8Array
  readonly links: Uint8Array
}

/** Blocks that stay in memory. */
const recentBlocks = 32
const recentBytes = 64 * 1024 * 1024

/**
 * Sealed blocks, durable before `add` resolves. It holds at most one header for a lineage and number, for ever: also
 * when the block itself is forgotten.
 */
export class BlockStore {
  /** Number of the last block; 0 when there is none. */
  head: bigint
  /** Number of the first block kept; head + 1 when there is none. */
  first: bigint

  private readonly db: BytesLevel
  private readonly recent = new Map<bigint, RecentBlock>()
  private recentSize = 0

  private constructor(db: BytesLevel, first: bigint, head: bigint) {
    this.db = db
    this.first = first
    this.head = head
  }

  static async open(db: BytesLevel): Promise<BlockStore> {
    const range = { gte: blockKey(0n), lte: blockKey(highestNumber), limit: 1 }
    const [lowest] = await db.keys(range).all()
    const [highest] = await db.keys({ ...range, reverse: true }).all()
    if (lowest === undefined || highest === undefined) return new BlockStore(db, 1n, 0n)
    return new BlockStore(db, lastNumberOf(lowest), lastNumberOf(highest))
  }

  /**
   * Root of the header signed for this lineage and number, if one was.
   * @throws {SequencerError} `STORE_CORRUPT`.
   */
  async signedRoot(lineage: Bytes32, number: bigint): Promise<Bytes32 | undefined> {
    return this.read(headerKey(lineage, number), 'signed header', number)
  }

  /**
   * Stores the block after the last one, with the links of its conversations. Nobody is told of it before `marked`.
   * @param marked - Resolves when the mark beside the key is durable; written at the same time.
   * @returns its bytes as feeds send them.
   * @throws {SequencerError} `SECOND_HEADER` when another header of this lineage and number is signed.
   */
  async add({ header, bytes }: BlockView, links: Uint8Array, marked: Promise<void>): Promise<Uint8Array> {
    const { number, lineage } = header
    // Awaited below with the block's own write; until then its failure is nobody's.
    marked.catch(() => undefined)
    if (number !== this.head + 1n)
      throw new SequencerError({ code: 'STORE_CORRUPT', what: 'block', number, reason: `follows block ${this.head}` })
    const root = BlockHeaderType.hashTreeRoot(header)
    const stored = await this.signedRoot(lineage, number)
    if (stored !== undefined && !sameBytes(stored, root))
      throw new SequencerError({ code: 'SECOND_HEADER', block: number, stored, refused: root })
    const writing = this.db.batch(
      [
        this.putting(headerKey(lineage, number), root),
        this.putting(linksKey(number), links),
        this.putting(blockKey(number), bytes),
      ],
      durable,
    )
    await Promise.all([writing, marked])
    this.head = number
    this.remember(number, { bytes, links })
    return bytes
  }

  /** Encoded block, undefined when it is not kept. @throws {SequencerError} `STORE_CORRUPT`. */
  async bytes(number: bigint): Promise<Uint8Array | undefined> {
    return this.recent.get(number)?.bytes ?? (await this.read(blockKey(number), 'block', number))
  }

  /** @throws {SequencerError} `STORE_CORRUPT`. */
  async block(number: bigint): Promise<SealedBlock | undefined> {
    const bytes = await this.bytes(number)
    return bytes && (SealedBlockType.deserialize(bytes) as SealedBlock)
  }

  async header(number: bigint): Promise<BlockHeader | undefined> {
    const bytes = await this.bytes(number)
    return bytes && BlockView.read(bytes).header
  }

  /** Whether a block is kept that a rescue made: nobody signed it. */
  async isUnsigned(number: bigint): Promise<boolean> {
    const bytes = await this.bytes(number)
    return bytes !== undefined && BlockView.read(bytes).signature.every((byte) => byte === 0)
  }

  /** Links of the conversations that block `number` touched. @throws {SequencerError} `STORE_CORRUPT`. */
  async links(number: bigint): Promise<Uint8Array | undefined> {
    return this.recent.get(number)?.links ?? (await this.read(linksKey(number), 'links', number))
  }

  /** Where block `number` touched a conversation; undefined when it did not or is not kept. @throws {SequencerError} `STORE_CORRUPT`. */
  async link(number: bigint, place: ConversationPlace): Promise<ConversationLink | undefined> {
    const links = await this.links(number)
    return links && findLink(links, place)
  }

  /** Drops blocks above `number`, which a removal voided, but never signed roots. */
  async dropAbove(number: bigint): Promise<void> {
    await this.db.clear({ gte: blockKey(number + 1n), lte: blockKey(highestNumber) })
    await this.db.clear({ gte: linksKey(number + 1n), lte: linksKey(highestNumber) })
    for (const kept of this.recent.keys()) if (kept > number) this.evict(kept)
    if (this.head > number) this.head = number
    if (this.first > number + 1n) this.first = number + 1n
  }

  /** Forgets blocks before `before`, but never the last one, and never signed roots. */
  async forget(before: bigint): Promise<void> {
    if (before <= this.first || before > this.head) return
    this.first = before
    await this.db.clear({ gte: blockKey(0n), lt: blockKey(before) })
    await this.db.clear({ gte: linksKey(0n), lt: linksKey(before) })
    for (const number of this.recent.keys()) if (number < before) this.evict(number)
  }

  private putting(key: Uint8Array, content: Uint8Array): BytesOperation {
    return { type: 'put', key, value: checksummed(key, content) }
  }

  private async read(key: Uint8Array, what: string, number: bigint): Promise<Uint8Array | undefined> {
    const value = await this.db.get(key)
    if (value === undefined) return undefined
    const content = unchecksummed(key, value)
    if (content === undefined)
      throw new SequencerError({ code: 'STORE_CORRUPT', what, number, reason: 'the checksum does not hold' })
    return content
  }

  private remember(number: bigint, block: RecentBlock): void {
    this.recent.set(number, block)
    this.recentSize += sizeOf(block)
    for (const oldest of this.recent.keys()) {
      if (this.recent.size <= recentBlocks && this.recentSize <= recentBytes) break
      this.evict(oldest)
    }
  }

  private evict(number: bigint): void {
    const block = this.recent.get(number)
    if (block === undefined) return
    this.recentSize -= sizeOf(block)
    this.recent.delete(number)
  }
}

function sizeOf({ bytes, links }: RecentBlock): number {
  return bytes.length + links.length
}
