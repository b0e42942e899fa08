import { limits } from '../limits.ts'
import { InboxItemKind, type QueuedItem } from '../types/inbox.ts'
import type { Prices } from '../types/state.ts'

/**
 * How many items the next block must consume at least.
 * @param waiting - Items not yet consumed, in order; only the first 64 matter.
 * @param timestamp - The block's, in milliseconds.
 */
export function itemsDue(waiting: readonly QueuedItem[], timestamp: bigint, forceDelayMs: bigint): number {
  let due = 0
  while (due < limits.inboxItemsPerBlock) {
    const item = waiting[due]
    if (item === undefined || item.time + forceDelayMs > timestamp) break
    due += 1
  }
  return due
}

/** Prices after a block that consumed `items`: the last price item wins. */
export function pricesAfter(before: Prices, items: readonly QueuedItem[]): Prices {
  let prices = before
  for (const { item } of items) if (item.selector === InboxItemKind.prices) prices = item.value
  return prices
}
