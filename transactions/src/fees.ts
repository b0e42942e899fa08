import type { Fees } from './chain.ts'
import { TransactionError } from './faults.ts'

/** Bounds of what is offered for inclusion. */
export interface FeeLimits {
  /** Wei a gas offered at most, tip included. */
  readonly maxFeePerGas: bigint
  /** Wei a gas offered to the block's builder at least. */
  readonly minTip: bigint
}

/** Nodes take a replacement from 10 % more in both fee fields; an eighth leaves room for their rounding. */
const bumped = (fee: bigint): bigint => fee + (fee + 7n) / 8n

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/**
 * Fees of a first attempt: good for a base fee that doubles, which takes six full blocks.
 * @throws {TransactionError} `FEES_TOO_HIGH` when not even the present base fee fits the limit.
 */
export function firstFees(suggested: { readonly baseFee: bigint; readonly tip: bigint }, limits: FeeLimits): Fees {
  const tip = larger(suggested.tip, limits.minTip)
  const least = suggested.baseFee + tip
  if (least > limits.maxFeePerGas)
    throw new TransactionError({ code: 'FEES_TOO_HIGH', maxFeePerGas: least, limit: limits.maxFeePerGas })
  const wanted = suggested.baseFee * 2n + tip
  return {
    maxFeePerGas: wanted < limits.maxFeePerGas ? wanted : limits.maxFeePerGas,
    maxPriorityFeePerGas: tip,
  }
}

/** Fees of the attempt that replaces one at `last`; undefined when the limit leaves no room for a replacement. */
export function replacementFees(
  last: Fees,
  suggested: { readonly baseFee: bigint; readonly tip: bigint },
  limits: FeeLimits,
): Fees | undefined {
  const least = { fee: bumped(last.maxFeePerGas), tip: bumped(last.maxPriorityFeePerGas) }
  if (least.fee > limits.maxFeePerGas) return undefined
  const tip = larger(least.tip, suggested.tip)
  const wanted = larger(least.fee, suggested.baseFee * 2n + tip)
  const maxFeePerGas = wanted < limits.maxFeePerGas ? wanted : limits.maxFeePerGas
  return { maxFeePerGas, maxPriorityFeePerGas: tip < maxFeePerGas ? tip : least.tip }
}
