import { BlockView, type QueuedItem } from '@parley/protocol'
import { BlockEntries } from './block-entries.ts'

/** Where sealed blocks are read. */
export interface StoredBlocks {
  /** Undefined when the block is not kept. */
  bytes(number: bigint): Promise<Uint8Array | undefined>
  links(number: bigint): Promise<Uint8Array | undefined>
}

/** Where inbox items are read that blocks consumed. */
export interface StoredItems {
  item(index: bigint): Promise<QueuedItem>
}

/** Blocks whose entries are kept: the tip for everybody who is live, the others for those who catch up together. */
const keptBlocks = 8

/** Entries of the blocks that feeds asked for last. A block is read once however many feeds ask for it. */
export class RecentEntries {
  private readonly kept = new Map<bigint, Promise<BlockEntries | undefined>>()
  private readonly blocks: StoredBlocks
  private readonly inbox: StoredItems

  constructor(blocks: StoredBlocks, inbox: StoredItems) {
    this.blocks = blocks
    this.inbox = inbox
  }

  /** Entries of a block; undefined when the block is not kept. @throws what the stores throw. */
  async of(number: bigint): Promise<BlockEntries | undefined> {
    const known = this.kept.get(number)
    const entries = known ?? this.read(number)
    this.kept.delete(number)
    this.kept.set(number, entries)
    if (known === undefined) this.trim()
    try {
      return await entries
    } catch (error) {
      this.kept.delete(number)
      throw error
    }
  }

  /** Keeps the entries of a block that has just been sealed. */
  keep(number: bigint, entries: BlockEntries): void {
    this.kept.set(number, Promise.resolve(entries))
    this.trim()
  }

  private async read(number: bigint): Promise<BlockEntries | undefined> {
    const [bytes, links] = await Promise.all([this.blocks.bytes(number), this.blocks.links(number)])
    if (bytes === undefined || links === undefined) return undefined
    return BlockEntries.read(BlockView.read(bytes), links, (index) => this.inbox.item(index))
  }

  private trim(): void {
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= keptBlocks) return
      this.kept.delete(oldest)
    }
  }
}
