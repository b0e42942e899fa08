import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { BlockTime, l2ToleranceMs } from '../src/settlement/block-time.ts'

const hour = 3_600_000
const start = 1_700_000_000_000

/** A block time beside an L2 whose clock is right, and what the machine's clock says meanwhile. */
function rig(clockAheadMs = 0) {
  const clock = new ManualClock(start + clockAheadMs)
  const time = new BlockTime(clock)
  let passed = 0
  const l2Time = (): number => start + passed
  const tell = (): void => time.told(BigInt(l2Time()))
  tell()
  let last = time.now()
  const steps: [least: number, most: number] = [Number.POSITIVE_INFINITY, 0]
  /** Lets time pass in steps of a second, the L2 with a block every two; the machine's clock may go at another pace. */
  const pass = (ms: number, pace = 1): void => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(1_000)
      clock.set(clock.now() + 1_000 * (pace - 1))
      passed += 1_000
      if (passed % 2_000 === 0) tell()
      const now = time.now()
      steps[0] = Math.min(steps[0], now - last)
      steps[1] = Math.max(steps[1], now - last)
      last = now
    }
  }
  const offMs = (): number => time.now() - l2Time()
  /** `steps`: by how much a second's time differs from the last's, at the least and the most. */
  return { pass, offMs, steps, set: (aheadMs: number) => clock.set(l2Time() + aheadMs) }
}

test.each([
  ['forward by 40 s', 40_000],
  ['forward by two hours', 2 * hour],
  ['back by 40 s', -40_000],
  ['back to 1970', -start],
])('a clock set %s › no step of the blocks’ time is seen, and the L2’s bounds it', (_, jump) => {
  const { pass, offMs, steps, set } = rig()
  pass(10_000)
  set(jump)
  pass(1_000)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(101)
  pass(hour)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(l2ToleranceMs + 2)
  const [least, most] = steps
  expect(least).toBeGreaterThanOrEqual(890)
  expect(most).toBeLessThanOrEqual(1_110)
})

test('a clock set forward and back again › nothing stands still and nothing stays', () => {
  const { pass, offMs, steps, set } = rig()
  pass(10_000)
  set(40_000)
  pass(60_000)
  set(0)
  pass(120_000)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(2)
  expect(steps[0]).toBeGreaterThanOrEqual(890)
})

test.each([
  ['slow', 0.99],
  ['fast', 1.01],
])('a clock that goes %s by one in a hundred › stays within the tolerance for days', (_, pace) => {
  const { pass, offMs, steps } = rig()
  pass(48 * hour, pace)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(l2ToleranceMs + 2)
  expect(steps[0]).toBeGreaterThanOrEqual(890)
})

test.each([
  ['two days back', -48 * hour, -l2ToleranceMs],
  ['two hours ahead', 2 * hour, l2ToleranceMs],
  ['a little ahead', 5_000, 5_000],
])('a start with a clock %s › begins within the tolerance', (_, ahead, expected) => {
  const { offMs } = rig(ahead)
  expect(offMs()).toBe(expected)
})

test('an L2 that stands still and tells old times afterwards › holds nothing up', () => {
  const clock = new ManualClock(start)
  const time = new BlockTime(clock)
  expect(time.isKnown).toBe(false)
  time.told(BigInt(start))
  expect(time.isKnown).toBe(true)
  clock.advance(hour)
  for (let behind = hour; behind >= 0; behind -= 60_000) {
    time.told(BigInt(clock.now() - behind))
    expect(Math.abs(time.now() - clock.now())).toBeLessThanOrEqual(1)
    clock.advance(1_000)
  }
})
