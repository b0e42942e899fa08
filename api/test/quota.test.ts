import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { Quota } from '../src/server/quota.ts'
import { sourceOf } from '../src/server/source.ts'

const exceeded = (retryAfterMs: number) => expect.objectContaining({ fault: { code: 'QUOTA_EXCEEDED', retryAfterMs } })

test('quota › what is found out later is owed, and what was not used comes back', () => {
  const quota = new Quota(new ManualClock(), { quotaBurst: 300, quotaPerSecond: 100, quotaSources: 10 })
  quota.charge('10.0.0.1', 12)
  quota.owe('10.0.0.1', 198)
  quota.refund('10.0.0.1', 10)
  expect(() => quota.charge('10.0.0.1', 101)).toThrow(exceeded(10))
  quota.charge('10.0.0.1', 100)
  expect(() => quota.charge('10.0.0.1', 1)).toThrow(exceeded(10))
})

test('quota › comes back with time, up to the burst', () => {
  const clock = new ManualClock()
  const quota = new Quota(clock, { quotaBurst: 100, quotaPerSecond: 50, quotaSources: 10 })
  quota.charge('10.0.0.1', 100)
  clock.advance(1_000)
  expect(() => quota.charge('10.0.0.1', 51)).toThrow(exceeded(20))
  quota.charge('10.0.0.1', 50)
  clock.advance(60_000)
  quota.charge('10.0.0.1', 100)
  expect(() => quota.charge('10.0.0.1', 1)).toThrow(exceeded(20))
})

test('quota › addresses do not share a bucket, and a body larger than it passes when it is full', () => {
  const quota = new Quota(new ManualClock(), { quotaBurst: 10, quotaPerSecond: 1, quotaSources: 10 })
  quota.charge('10.0.0.1', 10)
  quota.charge('10.0.0.2', 50)
  expect(() => quota.charge('10.0.0.2', 1)).toThrow(exceeded(41_000))
})

test('quota › remembers so many addresses, and forgets the one longest unseen', () => {
  const quota = new Quota(new ManualClock(), { quotaBurst: 10, quotaPerSecond: 1, quotaSources: 2 })
  quota.charge('10.0.0.1', 10)
  quota.charge('10.0.0.2', 10)
  quota.charge('10.0.0.3', 10)
  quota.charge('10.0.0.1', 10)
  expect(() => quota.charge('10.0.0.3', 1)).toThrow()
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('sourceOf › %s counts as %s', (address, source) => {
  expect(sourceOf(address)).toBe(source)
})
