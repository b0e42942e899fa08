import { blockAt, type FedBlock, type FedResult, timestampAt } from './feed-plan.ts'

interface Delivery {
  readonly feed: number
  readonly position: number
  readonly block: number
  readonly atMs: number
  /** Milliseconds since 1970 that the entry itself tells. */
  readonly toldMs: number
}

/** Counts what feeds get and finds whatever is lost, doubled or out of place. */
export class Deliveries {
  private readonly next: number[]
  private readonly seen: Set<number>[]
  private readonly deliveries: Delivery[] = []
  private readonly blockAtMs = new Map<number, number>()
  private doubled = 0
  private disordered = 0
  private readonly from: number
  private readonly count: number

  constructor(feeds: number, { from, count }: { readonly from: number; readonly count: number }) {
    this.from = from
    this.count = count
    this.next = Array.from({ length: feeds }, () => from)
    this.seen = Array.from({ length: feeds }, () => new Set())
  }

  /** All entries came; and their blocks, where those are followed. */
  isComplete(followsBlocks: boolean): boolean {
    if (this.deliveries.length < this.next.length * this.count) return false
    return !followsBlocks || this.deliveries.every(({ block }) => this.blockAtMs.has(block))
  }

  block(number: number, atMs: number): void {
    this.blockAtMs.set(number, atMs)
  }

  /** Takes in one frame of a feed. */
  entry(feed: number, frame: Buffer, atMs: number): void {
    const position = Number(frame.readBigUInt64LE(0))
    const seen = this.seen[feed] as Set<number>
    if (seen.has(position)) {
      this.doubled += 1
      return
    }
    seen.add(position)
    if (position !== this.next[feed]) this.disordered += 1
    this.next[feed] = position + 1
    this.deliveries.push({
      feed,
      position,
      block: Number(frame.readBigUInt64LE(blockAt)),
      atMs,
      toldMs: Number(frame.readBigUInt64LE(timestampAt)),
    })
  }

  result(): FedResult {
    const { deliveries, doubled, disordered } = this
    const lost = this.seen.reduce((sum, { size }) => sum + Math.max(0, this.count - size), 0)
    const blockOf = ({ block, toldMs }: Delivery): number => this.blockAtMs.get(block) ?? toldMs
    return {
      delivered: deliveries.length,
      lost,
      doubled,
      disordered,
      afterBlockMs: deliveries.map((delivery) => Number((delivery.atMs - blockOf(delivery)).toFixed(2))),
      blocks: this.blocks(blockOf),
      entries: deliveries.map((delivery) => [delivery.feed, delivery.position, delivery.atMs, blockOf(delivery)]),
    }
  }

  private blocks(atMsOf: (delivery: Delivery) => number): FedBlock[] {
    const blocks = new Map<number, { atMs: number; feeds: number[] }>()
    for (const delivery of this.deliveries) {
      const block = blocks.get(delivery.block) ?? { atMs: atMsOf(delivery), feeds: [] }
      block.feeds.push(delivery.feed)
      blocks.set(delivery.block, block)
    }
    return [...blocks].toSorted(([a], [b]) => a - b).map(([, block]) => block)
  }
}
