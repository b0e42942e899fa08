import type { Address } from 'viem'
import { expect, test } from 'vitest'
import { deriveFrom, randomStream } from '../src/load/seeded.ts'
import { createDemandModel, fakeExponential } from '../src/simulate/model/demand.ts'
import { accountOf, type Books, interest, median, summarize } from '../src/simulate/spam/books.ts'
import { createInboxApp } from '../src/simulate/spam/inbox-app.ts'
import { flatOf, poisson } from '../src/simulate/spam/life.ts'
import { presets, quick } from '../src/simulate/spam/presets.ts'
import { addressesFor, strategiesOf } from '../src/simulate/spam/strategy.ts'

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const random = (label: string) => randomStream(deriveFrom('spam model'), label)

test('fakeExponential › is the factor at 0, and e times it within a part in a million at 1', () => {
  expect(fakeExponential(10n ** 12n, 0n, 7n)).toBe(10n ** 12n)
  expect(Number(fakeExponential(10n ** 12n, 7n, 7n)) / 1e12).toBeCloseTo(Math.E, 6)
})

test('demand model › grows with one inbox’s own invites alone and comes down with time', () => {
  const model = createDemandModel({ minFee: 1_000n, maxFee: 10n ** 6n, target: 2, period: 10, fraction: 4 })
  const [gate, busy, quiet] = [address(1), address(2), address(3)]
  const fees = Array.from({ length: 9 }, () => model.admit(gate, busy, 100n))
  expect(fees[0]).toBe(1_000n)
  expect(fees.every((fee, i) => i === 0 || fee > (fees[i - 1] as bigint))).toBe(true)
  expect(Number(fees[4]) / 1_000).toBeCloseTo(Math.E, 2)
  expect(model.feeOf(gate, quiet, 100n)).toBe(1_000n)
  // Nine invites are 90 invite seconds, of which 2 go a second.
  expect(model.feeOf(gate, busy, 144n)).toBeGreaterThan(1_000n)
  expect(model.feeOf(gate, busy, 145n)).toBe(1_000n)
})

test('books › cost of a delivered invite has fees, registrations and capital in it, and no gas', () => {
  const books: Books = new Map()
  const [cheap, dear, idle] = [1, 2, 3].map((n) => accountOf(books, address(n)))
  Object.assign(cheap!, { delivered: 3, fees: 30n, registrations: 60n, gas: 999n })
  Object.assign(dear!, { delivered: 1, fees: 10n, capital: 100n, gas: 1n, refused: 2 })
  Object.assign(idle!, { registrations: 40n, pricedOut: 5 })
  const { costPerDelivered, gasPerDeliveredWei, sent, delivered, refused, pricedOut } = summarize(books)
  expect(costPerDelivered).toEqual({ meanWei: 240 / 4, medianWei: (30 + 110) / 2 })
  expect({ gasPerDeliveredWei, sent, delivered, refused, pricedOut }).toEqual({
    gasPerDeliveredWei: 250,
    sent: 6,
    delivered: 4,
    refused: 2,
    pricedOut: 5,
  })
})

test('books › nothing delivered has no cost, rather than 0', () => {
  expect(summarize(new Map()).costPerDelivered).toEqual({ meanWei: null, medianWei: null })
  expect(median([])).toBeNull()
})

test('books › a year of capital at five percent is a twentieth', () => {
  expect(interest(10n ** 18n, 365n * 86_400n, 5)).toBe(5n * 10n ** 16n)
})

test('inbox app › lists an account once enough people reported it, each once, in a new version', () => {
  const behaviour = { ...presets.proposal.behaviour, reportPercent: 100, readWithin: 10, reportsToList: 2 }
  const app = createInboxApp(random('app'), behaviour)
  const spam = (n: number, payer: Address) => ({ recipient: address(n), sender: address(100), payer, at: 0n })
  app.deliver(spam(1, address(100)))
  expect(app.takeReports(10n)).toHaveLength(1)
  expect(app.publish(10n)).toBeUndefined()
  app.deliver(spam(2, address(200)))
  expect(app.takeReports(10n)[0]?.accounts).toEqual([address(100), address(200)])
  expect(app.takeReports(10n)).toEqual([])
  expect(app.publish(10n)).toEqual({ version: 1n, accounts: [address(100)] })
  expect(app.publish(11n)).toBeUndefined()
  expect(app.publish(11n + 30n * 86_400n)).toEqual({ version: 2n, accounts: [] })
})

test('consumer › writes tomorrow what would cost more today, in its order', () => {
  const { bulk } = presets.proposal.contracts
  const allowed = { ...bulk, invites: 2, senders: 1 }
  expect(flatOf(allowed, [false, true, true, false, false])).toEqual({
    today: [false, true, false],
    tomorrow: [true, false],
  })
})

test('consumer › sends about as many invites as it should', () => {
  const stream = random('poisson')
  const total = Array.from({ length: 20_000 }, () => poisson(stream, 0.4)).reduce((sum, count) => sum + count, 0)
  expect(total / 20_000).toBeCloseTo(0.4, 1)
})

test.each(Object.values(presets))(
  'strategies › those of $name are told apart and fit the addresses there are',
  (preset) => {
    for (const { contracts, attack } of [preset, quick(preset)]) {
      const strategies = strategiesOf('bulk pricing', contracts, attack.volume)
      expect(new Set(strategies.map(({ name }) => name)).size).toBe(strategies.length)
      for (const strategy of strategies) {
        const count = addressesFor(strategy, attack.volume)
        const { open, hidden } = strategy.perEpoch
        expect(count).toBeLessThanOrEqual(400)
        expect(count * (open + hidden) * strategy.epochs).toBeGreaterThanOrEqual(attack.volume)
      }
    }
  },
)
