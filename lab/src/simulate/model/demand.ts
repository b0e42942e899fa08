import type { Preset } from '@parley/infra'
import type { Address } from 'viem'

/** Fees in wei, the period in seconds. */
export type DemandCurve = Preset['invites']['curve']

/** EIP-4844: factor × e^(numerator / denominator), by its Taylor series in whole numbers. */
export function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let sum = 0n
  let term = factor * denominator
  for (let i = 1n; term > 0n; i += 1n) {
    sum += term
    term = (term * numerator) / (denominator * i)
  }
  return sum / denominator
}

/** Exponent beyond which excess is not counted. */
const maxExponent = 17n

/** What the demand gate is specified to ask, counted apart from the contract. */
export interface DemandModel {
  /** Sets the curve of one inbox; undefined for the common one. */
  setCurve(recipient: Address, curve: DemandCurve | undefined): void
  setCommonCurve(curve: DemandCurve): void
  /** Fee of an invite at `now`, in wei. @param counter - Who calls the gate: demand is counted for each caller apart. */
  feeOf(counter: Address, recipient: Address, now: bigint): bigint
  /** The same, and counts the invite. */
  admit(counter: Address, recipient: Address, now: bigint): bigint
}

export function createDemandModel(common: DemandCurve): DemandModel {
  let commonCurve = common
  const curves = new Map<Address, DemandCurve>()
  const demands = new Map<string, { readonly excess: bigint; readonly countedAt: bigint }>()

  const curveOf = (recipient: Address): DemandCurve => curves.get(recipient) ?? commonCurve
  const scaleOf = ({ fraction, period }: DemandCurve): bigint => BigInt(fraction) * BigInt(period)
  const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

  const excessOf = (counter: Address, recipient: Address, now: bigint): bigint => {
    const demand = demands.get(`${counter}/${recipient}`)
    if (demand === undefined) return 0n
    const curve = curveOf(recipient)
    const counted = least(demand.excess, maxExponent * scaleOf(curve))
    const excess = counted - BigInt(curve.target) * (now - demand.countedAt)
    return excess < 0n ? 0n : excess
  }
  const feeOf = (counter: Address, recipient: Address, now: bigint): bigint => {
    const curve = curveOf(recipient)
    return least(curve.maxFee, fakeExponential(curve.minFee, excessOf(counter, recipient, now), scaleOf(curve)))
  }
  return {
    setCurve(recipient, curve) {
      if (curve === undefined) curves.delete(recipient)
      else curves.set(recipient, curve)
    },
    setCommonCurve(curve) {
      commonCurve = curve
    },
    feeOf,
    admit(counter, recipient, now) {
      const fee = feeOf(counter, recipient, now)
      const curve = curveOf(recipient)
      const excess = excessOf(counter, recipient, now) + BigInt(curve.period)
      demands.set(`${counter}/${recipient}`, { excess: least(excess, maxExponent * scaleOf(curve)), countedAt: now })
      return fee
    },
  }
}
