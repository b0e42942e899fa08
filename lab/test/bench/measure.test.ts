import { expect, test } from 'vitest'
import { acceptedPerSecond, claimedPerSecond } from '../../src/bench/measure.ts'
import type { SentLoad } from '../../src/bench/send-load.ts'

/** 30 bodies of 10 messages, one every 100 ms after a slow start; ten bodies a block. */
const sent: SentLoad = {
  answeredAtMs: Array.from({ length: 30 }, (_, i) => (i < 10 ? 1000 * i : 9000 + 100 * (i - 9))),
  accepted: 300,
  refused: 0,
  byBlock: { '5': 100, '6': 100, '7': 100 },
  cpuMicroseconds: 1000,
}

test('accepted rate › counts from the end of the warm-up', () => {
  expect(acceptedPerSecond(sent)).toBeCloseTo(100, 5)
})

test('claimed rate › counts the messages of claimed blocks while the load lasts, from the end of the warm-up on', () => {
  const history = [
    { atMs: 9_500, block: 4n },
    { atMs: 10_000, block: 5n },
    { atMs: 11_000, block: 6n },
    { atMs: 20_000, block: 9n },
  ]
  expect(claimedPerSecond(sent, history)).toBeCloseTo(100 / 1, 5)
})

test('claimed rate › counts to the end where no two claims were made while the load lasted', () => {
  const history = [
    { atMs: 10_000, block: 5n },
    { atMs: 12_000, block: 6n },
    { atMs: 15_000, block: 7n },
    { atMs: 20_000, block: 9n },
  ]
  expect(claimedPerSecond(sent, history)).toBeCloseTo(200 / 5, 5)
})

test('claimed rate › is 0 when not everything was claimed, or all at once', () => {
  expect(
    claimedPerSecond(sent, [
      { atMs: 10_000, block: 5n },
      { atMs: 10_500, block: 6n },
    ]),
  ).toBe(0)
  expect(claimedPerSecond(sent, [{ atMs: 20_000, block: 7n }])).toBe(0)
  expect(claimedPerSecond(sent, [])).toBe(0)
})
