/** What a transaction offers at most, in wei a gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerBlobGas: bigint
}

/** What the L1 asks now, in wei a gas. */
export interface FeeMarket {
  readonly baseFeePerGas: bigint
  readonly priorityFeePerGas: bigint
  readonly blobBaseFee: bigint
}

/** Bounds of what is offered, in wei a gas. */
export interface FeeBounds {
  /** Never offered more. Default 2,000 gwei. */
  readonly maxFeePerGas: bigint
  /** Never tipped more. Default 200 gwei. */
  readonly maxPriorityFeePerGas: bigint
  /** Never offered more for blob gas. Default 1,000 gwei. */
  readonly maxFeePerBlobGas: bigint
  /** Never tipped less. Default 1 gwei. */
  readonly minPriorityFeePerGas: bigint
  /** Never offered less for blob gas; only what the block asks is paid. Default 1 gwei. */
  readonly minFeePerBlobGas: bigint
}

const gwei = 1_000_000_000n

export const defaultFeeBounds: FeeBounds = {
  maxFeePerGas: 2_000n * gwei,
  maxPriorityFeePerGas: 200n * gwei,
  maxFeePerBlobGas: 1_000n * gwei,
  minPriorityFeePerGas: gwei,
  minFeePerBlobGas: gwei,
}

/**
 * Bounds of what takes a publication back: eight times as high. A blob pool asks for twice the fees of what it replaces, which
 * may have been offered at the bounds, and for one empty blob where that has up to six.
 */
export function cancelBounds(bounds: FeeBounds): FeeBounds {
  const { maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas } = bounds
  return {
    ...bounds,
    maxFeePerGas: 8n * maxFeePerGas,
    maxPriorityFeePerGas: 8n * maxPriorityFeePerGas,
    maxFeePerBlobGas: 8n * maxFeePerBlobGas,
  }
}

/** An offer that stays good while both base fees double. */
export function offer(market: FeeMarket, bounds: FeeBounds): Fees {
  const tip = clamp(market.priorityFeePerGas, bounds.minPriorityFeePerGas, bounds.maxPriorityFeePerGas)
  const maxFeePerGas = least(2n * market.baseFeePerGas + tip, bounds.maxFeePerGas)
  return {
    maxFeePerGas,
    maxPriorityFeePerGas: least(tip, maxFeePerGas),
    maxFeePerBlobGas: clamp(2n * market.blobBaseFee, bounds.minFeePerBlobGas, bounds.maxFeePerBlobGas),
  }
}

/** What replaces `previous` in a blob pool, which asks for twice each of the three fees, and suits the market; without bounds. */
function replacement(previous: Fees, market: FeeMarket, bounds: FeeBounds): Fees {
  const fresh = offer(market, bounds)
  return {
    maxFeePerGas: most(2n * previous.maxFeePerGas, fresh.maxFeePerGas),
    maxPriorityFeePerGas: most(2n * previous.maxPriorityFeePerGas, fresh.maxPriorityFeePerGas),
    maxFeePerBlobGas: most(2n * previous.maxFeePerBlobGas, fresh.maxFeePerBlobGas),
  }
}

/** An offer that replaces `previous` and suits the market. @returns Undefined when a bound forbids it. */
export function replacementOffer(previous: Fees, market: FeeMarket, bounds: FeeBounds): Fees | undefined {
  const fees = replacement(previous, market, bounds)
  return exceeded(fees, bounds) === undefined ? fees : undefined
}

/** The bound that forbids to replace `previous`. @returns Undefined when none does. */
export function replacementCap(previous: Fees, market: FeeMarket, bounds: FeeBounds): Cap | undefined {
  return exceeded(replacement(previous, market, bounds), bounds)
}

/** A bound that is lower than what would be needed, in wei a gas. */
export interface Cap {
  readonly field: keyof Fees
  readonly asked: bigint
  readonly limit: bigint
}

/** The bound for which `previous` waits although no block takes it. @returns Undefined when a block would, or a higher offer may be made. */
export function cappedBy(previous: Fees, market: FeeMarket, bounds: FeeBounds): Cap | undefined {
  return isOutbid(previous, market) ? replacementCap(previous, market, bounds) : undefined
}

function exceeded(fees: Fees, bounds: FeeBounds): Cap | undefined {
  const field = (['maxFeePerBlobGas', 'maxFeePerGas', 'maxPriorityFeePerGas'] as const).find(
    (each) => fees[each] > bounds[each],
  )
  return field && { field, asked: fees[field], limit: bounds[field] }
}

/** Whether no block would take the offer now. */
export function isOutbid(fees: Fees, market: FeeMarket): boolean {
  return market.baseFeePerGas > fees.maxFeePerGas || market.blobBaseFee > fees.maxFeePerBlobGas
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return least(most(value, low), high)
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
