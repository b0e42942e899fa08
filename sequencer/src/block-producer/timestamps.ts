import { limits } from '@parley/protocol'
import type { SealingOptions, VirtualOptions } from '../options.ts'

/** A timestamp for the next block, or when to ask again (milliseconds of the clock). */
export type TimestampDecision =
  | { readonly timestamp: bigint; readonly waitUntil?: never }
  | { readonly timestamp?: never; readonly waitUntil: number }

/**
 * Timestamp of the block after one at `previous`: now, or 250 ms after it. A block that would be ahead of the clock by
 * more than `maxAheadMs` waits: the L2 refuses claims from the future.
 */
export function nextTimestamp(previous: bigint, now: number, rule: SealingOptions): TimestampDecision {
  const earliest = previous + limits.minBlockIntervalMs
  const timestamp = BigInt(now) > earliest ? BigInt(now) : earliest
  const latest = BigInt(now + rule.maxAheadMs)
  if (timestamp > latest) return { waitUntil: Number(timestamp) - rule.maxAheadMs }
  return { timestamp }
}

/** Timestamp of block `number` on a clock that follows the blocks. */
export function virtualTimestamp(number: bigint, genesis: bigint, options: VirtualOptions): bigint {
  return genesis + number * BigInt(options.blockTimeMs)
}
