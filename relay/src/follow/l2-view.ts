import type { EndedLineage } from '@parley/feeds'
import {
  type BatchClaim,
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  type QueuedItem,
  type SettlementReader,
  sameBytes,
} from '@parley/protocol'
import { firstOf, Pulse } from '@parley/runtime'
import { RelayError } from '../faults.ts'

/** Items that are read ahead of the blocks that consume them. */
const maxAhead = 65_536

/** A removal of claims: the lineage that began, and the last block left standing. */
interface Removal {
  /** The lineage that it ended. */
  readonly ended: Bytes32
  readonly lineage: Bytes32
  readonly standing: bigint
}

/** What a relay needs to know of the L2: inbox items that blocks consume, blocks that are claimed, and removals. */
export class L2View {
  /** Last block of the last claim standing; 0 when there is none. */
  claimed = 0n
  /** Beats after each page of events. */
  readonly moved = new Pulse()
  caughtUp = false
  /** Lineage in force, as far as the L2 was read. */
  lineage: Bytes32
  private readonly removals: Removal[] = []
  private lastHeader: BlockHeader | undefined
  /** Roots of the headers that rescues claimed, in hex. */
  private readonly rescued = new Set<string>()
  /** Last block of every claim standing, by its number. */
  private readonly lastBlocks: bigint[] = [0n]
  private items: QueuedItem[] = []
  private next: bigint

  /** @param consumed - Items that stored blocks have consumed: they are not asked for again. */
  constructor(consumed: bigint, lineage: Bytes32) {
    this.next = consumed
    this.lineage = lineage
  }

  /** Lineages that are over, for readers who have blocks of them. */
  get endedLineages(): readonly EndedLineage[] {
    return this.removals.map(({ ended, standing }) => ({ ended: { lineage: ended }, block: standing }))
  }

  /** Follows safe blocks from the deployment on until `signal`. @throws {RelayError} `L2_ROLLED_BACK`. */
  async follow(settlement: Pick<SettlementReader, 'follow'>, signal: AbortSignal): Promise<void> {
    for await (const { events, caughtUp } of settlement.follow(undefined, 'safe', signal)) {
      for (const event of events) {
        if (event.kind === 'rollback') throw new RelayError({ code: 'L2_ROLLED_BACK', l2Block: event.to.blockNumber })
        if (event.kind === 'item') await this.queue(event.queued, signal)
        else if (event.kind === 'claim') this.claim(event.claim)
        else if (event.kind === 'rescue') this.rescue()
        else if (event.kind === 'removal') this.remove(Number(event.standing), event.lineage)
      }
      this.caughtUp ||= caughtUp
      this.moved.beat()
    }
  }

  /** Takes `count` items from number `from` on, once the L2 has them. */
  async take(from: bigint, count: number, signal: AbortSignal): Promise<readonly QueuedItem[]> {
    this.items = this.items.filter(({ index }) => index >= from)
    while (this.items.length < count) await firstOf([this.moved.next()], signal)
    const taken = this.items.splice(0, count)
    this.moved.beat()
    return taken
  }

  /** Gives back items that blocks had taken which no longer stand. */
  putBack(items: readonly QueuedItem[]): void {
    this.items = [...items, ...this.items]
    this.moved.beat()
  }

  /**
   * Last block that stands of those stored, by what the L2 reports.
   * @param lineageOf - That of a stored block; undefined when the block is not stored.
   */
  async lastStanding(head: bigint, lineageOf: (number: bigint) => Promise<Bytes32 | undefined>): Promise<bigint> {
    let standing = head
    for (const [at, removal] of this.removals.entries()) {
      if (removal.standing >= standing) continue
      const lineage = await lineageOf(removal.standing + 1n)
      const isLater = this.removals
        .slice(at)
        .some((later) => lineage !== undefined && sameBytes(later.lineage, lineage))
      if (!isLater) standing = removal.standing
    }
    return standing
  }

  private async queue(item: QueuedItem, signal: AbortSignal): Promise<void> {
    if (item.index < this.next) return
    while (this.items.length >= maxAhead) await firstOf([this.moved.next()], signal)
    this.items.push(item)
    this.next = item.index + 1n
    this.moved.beat()
  }

  /** Whether a rescue has claimed a header, once the L2 was read to claims of its number. */
  async isRescued(header: BlockHeader, signal: AbortSignal): Promise<boolean> {
    const root = rootOf(header)
    for (let moved = this.moved.next(); !this.rescued.has(root); moved = this.moved.next()) {
      if (this.caughtUp && this.claimed >= header.number) return false
      await firstOf([moved], signal)
    }
    return true
  }

  private claim({ number, lastHeader }: BatchClaim): void {
    this.lastBlocks.length = Number(number)
    this.lastBlocks.push(lastHeader.number)
    this.claimed = lastHeader.number
    this.lastHeader = lastHeader
  }

  /** The claim told before was made by a rescue, of one block. */
  private rescue(): void {
    if (this.lastHeader !== undefined) this.rescued.add(rootOf(this.lastHeader))
  }

  private remove(standing: number, lineage: Bytes32): void {
    this.lastBlocks.length = standing + 1
    this.claimed = this.lastBlocks.at(-1) ?? 0n
    this.removals.push({ ended: this.lineage, lineage, standing: this.claimed })
    this.lineage = lineage
  }
}

const rootOf = (header: BlockHeader): string => Buffer.from(BlockHeaderType.hashTreeRoot(header)).toString('hex')
