import { InboxItemKind } from '@parley/protocol'
import type { L2Log } from './l2-log.ts'

/** Items that are looked through at once. */
const itemsAtOnce = 4_096

/** Numbers of items after which the inbox had a new price point: from its first moment on, and after each item of prices. */
export async function pricePoints(l2: L2Log, items: bigint): Promise<readonly bigint[]> {
  const points = [0n]
  for (let from = 0n; from < items; from += BigInt(itemsAtOnce))
    for (const { index, item } of await l2.queue(from, itemsAtOnce))
      if (index < items && item.selector === InboxItemKind.prices) points.push(index + 1n)
  return points
}
