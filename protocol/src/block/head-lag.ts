import type { QueuedItem } from '../types/inbox.ts'
import type { Millis } from '../units.ts'

/** How far a chain's head is behind the L2, in milliseconds; nothing of it is negative. */
export interface HeadLag {
  /** L2 time less the header's timestamp. */
  readonly headerMs: bigint
  /** Age of the oldest inbox item that the head has not consumed; undefined when it has consumed all that are known. */
  readonly oldestItemMs: bigint | undefined
}

/**
 * @param l2Time - Of the last L2 block read.
 * @param timestamp - Milliseconds, of the head.
 * @param oldest - Of the items that the head has not consumed.
 */
export function headLag(l2Time: Millis, timestamp: bigint, oldest: Pick<QueuedItem, 'time'> | undefined): HeadLag {
  const since = (time: bigint): bigint => (time < l2Time ? l2Time - time : 0n)
  return { headerMs: since(timestamp), oldestItemMs: oldest && since(oldest.time) }
}
