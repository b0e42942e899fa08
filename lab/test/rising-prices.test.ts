import { devPreset } from '@parley/infra'
import { expect, test } from 'vitest'
import { risingPrices } from '../src/load/rising-prices.ts'

test('prices › a load of a development stack reckons with what settlement rises to', () => {
  const { genesisPrices, priceRules } = devPreset
  const { claimGas, operationsPerClaim, interval } = priceRules
  let [price, highest] = [Number(genesisPrices.settlement), 0]
  // An hour of pushes: a base fee falls by an eighth of itself a block at most, and by half in 180 blocks when they are empty.
  for (let second = 0; second < 3_600; second += interval) {
    const baseFeeMwei = (1e9 * 2 ** (-second / 180)) / 1e6
    const asked = (baseFeeMwei * claimGas) / operationsPerClaim
    price = asked > price ? Math.min(asked, price * 1.125) : Math.max(asked, price / 1.125)
    highest = Math.max(highest, price)
  }
  expect(highest).toBeGreaterThan(Number(genesisPrices.settlement) * 100)
  expect(highest).toBeLessThan(2 * Number(risingPrices(genesisPrices).settlement))
})
