import { millis } from '@parley/protocol'
import { expect, test } from 'vitest'
import { livePlan, virtualPlan } from '../src/block-producer/plan.ts'
import { decideSeal, type OpenBlockLoad } from '../src/block-producer/sealing-rule.ts'
import { nextTimestamp } from '../src/block-producer/timestamps.ts'

const rule = { minAgeMs: 500, minOperations: 256, maxWaitMs: 2_000, maxAheadMs: 0 }
const opened = 10_000
const block = (load: Partial<OpenBlockLoad>): OpenBlockLoad => ({
  openedAt: opened,
  operations: 0,
  items: 0,
  waitingSince: undefined,
  full: false,
  ...load,
})

test.each<[string, Partial<OpenBlockLoad>, number, string | undefined, number | undefined]>([
  ['full at once', { full: true }, 0, 'full', undefined],
  ['256 operations before 500 ms wait for them', { operations: 256, waitingSince: opened }, 499, undefined, 10_500],
  ['256 operations after 500 ms', { operations: 256, waitingSince: opened }, 500, 'age', undefined],
  ['255 operations after 500 ms wait', { operations: 255, waitingSince: opened }, 1_999, undefined, 12_000],
  ['too few before 500 ms are looked at again then', { operations: 1, waitingSince: opened }, 0, undefined, 10_500],
  ['one operation after 2 s', { operations: 1, waitingSince: opened }, 2_000, 'wait', undefined],
  ['2 s count from the first entry', { operations: 1, waitingSince: opened + 700 }, 2_000, undefined, 12_700],
  ['an inbox item waits since the opening', { items: 1, waitingSince: undefined }, 2_000, 'wait', undefined],
  [
    'an inbox item is older than a later entry',
    { items: 1, operations: 1, waitingSince: opened + 700 },
    2_000,
    'wait',
    undefined,
  ],
  ['nothing in it: dropped after 2 s', {}, 2_000, 'stale', undefined],
  ['nothing in it: kept before', {}, 1_999, undefined, 12_000],
])('decideSeal › %s', (_, load, ageMs, seal, againAt) => {
  const decision = decideSeal(rule, block(load), opened + ageMs)
  expect(decision.seal).toBe(seal)
  if (decision.seal === undefined) expect(decision.againAt).toBe(againAt)
})

test.each([
  ['now when the last block is long ago', 1_000n, 5_000, 0, { timestamp: 5_000n }],
  ['250 ms after the last block when that is now', 4_750n, 5_000, 0, { timestamp: 5_000n }],
  ['waits for the clock rather than run ahead of it', 4_800n, 5_000, 0, { waitUntil: 5_050 }],
  ['runs ahead by what is allowed', 4_800n, 5_000, 50, { timestamp: 5_050n }],
  ['waits for what is beyond that', 4_801n, 5_000, 50, { waitUntil: 5_001 }],
])('nextTimestamp › %s', (_, previous, now, maxAheadMs, expected) => {
  expect(nextTimestamp(previous, now, { ...rule, maxAheadMs })).toEqual(expected)
})

const needs = { number: 1n, base: { timestamp: 0n }, waiting: false, items: 0n, now: 5_000 }
const item = (time: bigint) =>
  ({
    index: 0n,
    item: { selector: 3, value: { coreByte: 0n, witnessByte: 0n, settlement: 0n, stateByte: 0n } },
    time: millis(time),
    inboxHash: new Uint8Array(32),
  }) as const

test('livePlan › opens when entries or items wait, and consumes all the items known', () => {
  const plan = livePlan(rule)
  expect(plan.open(needs)).toBeUndefined()
  expect(plan.open({ ...needs, waiting: true })).toEqual({ timestamp: 5_000n, most: 64 })
  expect(plan.open({ ...needs, items: 1n })).toEqual({ timestamp: 5_000n, most: 64 })
  expect(plan.take(1n, [item(0n), item(0n)], 5_000n, 1_000_000n)).toBe(2)
})

test('virtualPlan › the first blocks consume the expected items, 64 a block, and no offers', () => {
  const plan = virtualPlan({ blockEveryOffers: 10, blockTimeMs: 300, inboxItemsFirst: 70 }, 1_000n)
  expect(plan.open({ ...needs, waiting: true, items: 63n })).toBeUndefined()
  expect(plan.open({ ...needs, items: 100n })).toEqual({ timestamp: 1_300n, most: 64 })
  expect(plan.room(1n)).toBe(0)
  expect(plan.seal(block({}), { now: 0, number: 1n, roomLeft: 0, requested: false })).toEqual({ seal: 'items' })
  expect(plan.open({ ...needs, number: 2n, items: 6n })).toEqual({ timestamp: 1_600n, most: 6 })
  expect(plan.open({ ...needs, number: 3n, items: 50n })).toBeUndefined()
  expect(plan.open({ ...needs, number: 3n, waiting: true })).toEqual({ timestamp: 1_900n, most: 64 })
  expect(plan.room(3n)).toBe(10)
})

test('virtualPlan › seals after so many offers or when asked, and takes later items only when they are due', () => {
  const plan = virtualPlan({ blockEveryOffers: 10, blockTimeMs: 300, inboxItemsFirst: 0 }, 1_000n)
  const at = { now: 0, number: 1n, requested: false }
  expect(plan.seal(block({ full: true }), { ...at, roomLeft: 1 })).toEqual({ seal: undefined, againAt: undefined })
  expect(plan.seal(block({}), { ...at, roomLeft: 0 })).toEqual({ seal: 'offers' })
  expect(plan.seal(block({}), { ...at, roomLeft: 5, requested: true })).toEqual({ seal: 'asked' })
  expect(plan.take(1n, [item(100n), item(900n)], 1_300n, 1_000n)).toBe(1)
})

test('virtualPlan › entries left over by a full lane stop it: the run would not be repeatable', () => {
  const plan = virtualPlan({ blockEveryOffers: 10, blockTimeMs: 300, inboxItemsFirst: 0 }, 1_000n)
  expect(() => plan.sealed(1n, 0)).not.toThrow()
  expect(() => plan.sealed(1n, 1)).toThrow(
    expect.objectContaining({ fault: { code: 'VIRTUAL_BLOCK_FULL', block: 1n, offers: 10 } }),
  )
})
