import { mwei, type Prices } from '@parley/protocol'

/**
 * A development L2 begins with a base fee of 1 gwei, which halves every three minutes while its blocks are all but empty.
 * What settling an operation costs rises from the genesis's price by an eighth a push towards what that base fee makes it,
 * and meets it after some twelve minutes at some 92,000 mwei.
 */
const highestSettlement = mwei(100_000n)

/** The prices that a load of a development stack must reckon with, where they move while it runs. */
export function risingPrices(genesis: Prices): Prices {
  const { settlement } = genesis
  return { ...genesis, settlement: settlement > highestSettlement ? settlement : highestSettlement }
}
