import { pricesAfter } from '../block/inbox-range.ts'
import { type BlockParent, consumedItems, type InboxWindow } from '../block/rules.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type BlockHeader, BlockHeaderType } from '../types/block.ts'
import type { BlockColumn } from './core-columns.ts'

/** What a batch says of a block's header by itself, and what follows from the block's runs. */
export interface HeaderRest extends Pick<BlockColumn, 'timestamp' | 'inboxCount'> {
  readonly stateRoot: Bytes32
  readonly runsRoot: Bytes32
  /** Segments of the block itself. */
  readonly segments: number
}

/**
 * Puts back what of headers is derived, one after another: numbers, links, lineage, counts of
 * segments, inbox hashes and prices. Where the
 * inbox is not known as far as a block claims, its hash stays that of what is known.
 */
export class HeaderCompleter {
  private previous: BlockHeader
  private prices: BlockParent['prices']
  private window: InboxWindow
  private readonly lineage: Bytes32

  constructor(parent: BlockParent, window: InboxWindow, lineage: Bytes32) {
    this.previous = parent.header
    this.prices = parent.prices
    this.window = window
    this.lineage = lineage
  }

  next({ timestamp, inboxCount, stateRoot, runsRoot, segments }: HeaderRest): BlockHeader {
    const { previous, window } = this
    const consumed = consumedItems({ inboxCount }, previous, window)
    const inboxHash = consumed.at(-1)?.inboxHash ?? window.hashBefore
    const header: BlockHeader = {
      number: previous.number + 1n,
      parent: BlockHeaderType.hashTreeRoot(previous),
      timestamp,
      lineage: this.lineage,
      inboxCount,
      segmentCount: previous.segmentCount + BigInt(segments),
      inboxHash,
      prices: this.prices,
      runsRoot,
      stateRoot,
    }
    this.prices = pricesAfter(this.prices, consumed)
    this.window = { waiting: window.waiting.slice(consumed.length), hashBefore: inboxHash }
    this.previous = header
    return header
  }
}
