import type { BatchPart } from '../faults.ts'

/** How a price follows from the bytes: `fixed`, and `perUnit` for every `unitBytes` that are begun. */
export interface PriceCurve {
  readonly fixed: bigint
  readonly unitBytes: number
  readonly perUnit: bigint
}

/** What decides how full a part is: what its layer takes and asks for. */
export interface PartPrice {
  readonly maxBytes: number
  /** Undefined where the layer asks for nothing, or does not say. */
  readonly curve: PriceCurve | undefined
}

export type PartPrices = { readonly [part in BatchPart]: PartPrice }
export type PartBytes = { readonly [part in BatchPart]: number }

export interface FullnessRules {
  /** A batch is full once a byte costs at most this share more than in the fullest one. */
  readonly targetFixedShare: number
}

/** A layer's bound counts as reached here: the next block would seldom fit. */
const filled = 0.98
/** Blocks are left to the next batch only for a saving of this share. */
const worthLeaving = 0.05

const parts = ['core', 'witness'] as const

/**
 * The curve through what the smallest and the largest publication cost; undefined where nothing is asked for.
 * @param least - Cost of one byte.
 * @param most - Cost of `maxBytes` bytes.
 */
export function curveThrough(least: bigint, most: bigint, maxBytes: number, unitBytes: number): PriceCurve | undefined {
  if (most === 0n) return undefined
  const further = BigInt(Math.ceil(maxBytes / unitBytes)) - 1n
  const perUnit = further === 0n ? 0n : (most - least) / further
  return { fixed: least - perUnit, unitBytes, perUnit }
}

/** What so many bytes cost by a curve. */
export function costAt({ fixed, unitBytes, perUnit }: PriceCurve, bytes: number): number {
  return Number(fixed) + Math.ceil(bytes / unitBytes) * Number(perUnit)
}

/** By how much a byte is dearer than in the fullest publication, as a share; 0 where nothing is asked for. */
export function excess({ maxBytes, curve }: PartPrice, bytes: number): number {
  if (curve === undefined || bytes === 0) return 0
  const fullest = costAt(curve, maxBytes) / maxBytes
  return fullest === 0 ? 0 : Math.max(0, costAt(curve, bytes) / bytes / fullest - 1)
}

/**
 * Whether waiting for more blocks no longer pays: a part's layer takes hardly more, or what every priced part would save is
 * less than the share that latency is worth. Where no price falls with the bytes only the bound counts, and the age: the
 * claim is paid for all the same.
 */
export function isFull(bytes: PartBytes, prices: PartPrices, { targetFixedShare }: FullnessRules): boolean {
  if (parts.some((part) => bytes[part] >= filled * prices[part].maxBytes)) return true
  const priced = parts.filter((part) => excess(prices[part], 1) > targetFixedShare)
  return priced.length > 0 && priced.every((part) => excess(prices[part], bytes[part]) <= targetFixedShare)
}

/**
 * How many of the blocks are better posted now, so that their parts fill whole units such as blobs.
 * @param sizes - Bytes of both parts after each number of blocks, from one block on.
 * @param least - Blocks that must not wait any longer.
 */
export function bestCut(sizes: readonly PartBytes[], least: number, prices: PartPrices): number {
  const all = sizes.length
  let best = all
  let bestCost = Number.POSITIVE_INFINITY
  for (let count = Math.max(1, least); count <= all; count += 1) {
    const bytes = sizes[count - 1] as PartBytes
    const cost = parts.reduce((sum, part) => sum + excess(prices[part], bytes[part]), 0)
    // With equal costs more blocks.
    if (cost <= bestCost) [best, bestCost] = [count, cost]
  }
  const whole = sizes[all - 1]
  if (whole === undefined) return all
  const now = parts.reduce((sum, part) => sum + excess(prices[part], whole[part]), 0)
  return now - bestCost >= worthLeaving ? best : all
}
