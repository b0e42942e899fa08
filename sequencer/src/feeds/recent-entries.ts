import { BlockEntries } from '@parley/feeds'
import { BlockView } from '@parley/protocol'
import type { BlockStore } from '../store/block-store.ts'
import type { InboxStore } from '../store/inbox-store.ts'

/** Blocks whose entries are kept: the tip for everybody who is live, the others for those who catch up together. */
const keptBlocks = 8

/** Entries of the blocks that feeds asked for last. A block is read once however many feeds ask for it. */
export class RecentEntries {
  private readonly kept = new Map<bigint, Promise<BlockEntries | undefined>>()
  private readonly blocks: BlockStore
  private readonly inbox: InboxStore

  constructor(blocks: BlockStore, inbox: InboxStore) {
    this.blocks = blocks
    this.inbox = inbox
  }

  /** Entries of a block; undefined when the block is not kept. @throws {SequencerError} `STORE_CORRUPT`. */
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
