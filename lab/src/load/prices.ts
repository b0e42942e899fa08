import {
  type Charge,
  type FeeParameters,
  maxPriceFactor,
  messageCharge,
  type Operation,
  operationCharge,
  type Prices,
  price,
} from '@parley/protocol'

/** The most that things can cost while the run lasts: allowances and limits are made of these, so nothing is refused for its price. */
export interface HighestPrices {
  readonly message: bigint
  of(operation: Operation): bigint
}

/** Room for prices to be pushed up during the run. */
const pushFactor = 2n

/** @param prices - In force when the run begins. */
export function highestPrices(fees: FeeParameters, prices: Prices): HighestPrices {
  const execution = fees.minPrice * maxPriceFactor
  const pushed: Prices = {
    coreByte: prices.coreByte * pushFactor,
    witnessByte: prices.witnessByte * pushFactor,
    settlement: prices.settlement * pushFactor,
    stateByte: prices.stateByte * pushFactor,
  }
  const highest = (charge: Charge): bigint => price(charge, execution, pushed)
  return { message: highest(messageCharge), of: (operation) => highest(operationCharge(operation)) }
}
