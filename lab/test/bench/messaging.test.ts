import { systemClock } from '@parley/runtime'
import { expect, test } from 'vitest'
import { Deliveries } from '../../src/bench/messaging/deliveries.ts'
import { measureEngine } from '../../src/bench/messaging/engine-limit.ts'
import { measureGroup } from '../../src/bench/messaging/group-costs.ts'
import { readTexts } from '../../src/bench/messaging/texts.ts'

const signal = () => AbortSignal.timeout(100_000)

test('deliveries › are what was said and read; what nobody read is lost', () => {
  const deliveries = new Deliveries()
  deliveries.got('a', 30)
  for (const [name, due] of [
    ['a', 10],
    ['b', 20],
    ['c', 30],
    ['d', 40],
  ] as const)
    deliveries.said(name, due)
  deliveries.got('b', 1_020)
  deliveries.got('c', 2_020)
  deliveries.got('stranger', 5)
  expect([deliveries.delivered, deliveries.lost]).toEqual([3, 1])
  expect(deliveries.delays.map(({ ms }) => ms)).toEqual([20, 1_000, 1_990])
  // From the second of three, read at 1,020, to the third, read at 2,020.
  expect(deliveries.perSecond).toBe(1)
})

test('texts › the sample has as much as people say', async () => {
  const { source, texts, bytesMean } = await readTexts(undefined)
  expect([source, texts.length]).toEqual(['sample', 40])
  expect(bytesMean).toBeCloseTo(texts.join('').length / 40, -1)
})

test('engine › pairs join and hear each other with everything in memory', async () => {
  const rate = await measureEngine(systemClock, ['a', 'b'], { pairs: 2, messages: 12 }, signal())
  expect(rate).toBeGreaterThan(0)
}, 360_000)

test('groups › larger ones have larger commits and states, and messages of one size', async () => {
  const [two, seventeen] = [await measureGroup(2, signal()), await measureGroup(17, signal())]
  expect([two.added, seventeen.added]).toEqual([1, 16])
  expect(seventeen.welcomeBytes).toBeGreaterThan(two.welcomeBytes)
  expect(seventeen.stateBytes).toBeGreaterThan(two.stateBytes)
  expect(two.message.bytes).toBe(512)
  expect(seventeen.message.bytes).toBe(512)
}, 360_000)
