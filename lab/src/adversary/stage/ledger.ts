import { InboxItemKind, type InboxWindow, limits, type QueuedItem, type SettlementReader } from '@parley/protocol'
import { Pulse, raceAbort } from '@parley/runtime'

interface Held {
  readonly block: bigint
  readonly queued: QueuedItem
}

/** The inbox as the L2's latest block has it. */
export class Ledger {
  private items: readonly Held[] = []
  private readonly moved = new Pulse()
  private readonly reader: SettlementReader

  constructor(reader: SettlementReader) {
    this.reader = reader
  }

  /** Follows the L2 until `signal`. */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const { events } of this.reader.follow(undefined, 'latest', signal)) {
      for (const event of events) {
        if (event.kind === 'item') this.items = [...this.items, { block: event.at.blockNumber, queued: event.queued }]
        if (event.kind === 'rollback') this.items = this.items.filter(({ block }) => block <= event.to.blockNumber)
      }
      if (events.length > 0) this.moved.beat()
    }
  }

  /** Waits until the queue has `count` items. */
  async until(count: bigint, signal: AbortSignal): Promise<void> {
    while (BigInt(this.items.length) < count) {
      await raceAbort(this.moved.next(), signal)
    }
  }

  /** Numbers of items after which the inbox had a new price point; the first is 0. */
  get pricePoints(): readonly bigint[] {
    const prices = this.items.filter(({ queued }) => queued.item.selector === InboxItemKind.prices)
    return [0n, ...prices.map(({ queued }) => queued.index + 1n)]
  }

  /** Everything queued from `consumed` on, as far as a batch may reach. */
  window(consumed: bigint): InboxWindow {
    const from = Number(consumed)
    const waiting = this.items.slice(from, from + limits.inboxItemsPerBlock * limits.blocksPerBatch)
    const hashBefore = this.items[from - 1]?.queued.inboxHash ?? new Uint8Array(32)
    return { waiting: waiting.map(({ queued }) => queued), hashBefore }
  }
}
