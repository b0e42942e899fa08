import { expect, test } from 'vitest'
import { acceptedPerSecond, claimedPerSecond } from '../../src/bench/measure.ts'
import type { SentLoad } from '../../src/bench/send-load.ts'

/** 30 bodies of 10 messages, one every 100 ms after a slow start; ten bodies a block. */
const sent: SentLoad = {
  answeredAtMs: Array.from({ length: 30 }, (_, i) => (i < 10 ? 1000 * i : 9000 + 100 * (i - 9))),
  accepted: 300,
  refused: 0,
  byBlock: { '5': 100, '6': 100, '7': 100 },
}

test('accepted rate › counts from the end of the warm-up', () => {
  expect(acceptedPerSecond(sent)).toBeCloseTo(100, 5)
})

test('claimed rate › counts the messages of claimed blocks from the end of the warm-up to the last', () => {
  const history = [
    { atMs: 10_000, block: 4n },
    { atMs: 11_000, block: 5n },
    { atMs: 12_000, block: 6n },
    { atMs: 15_000, block: 7n },
    { atMs: 20_000, block: 9n },
  ]
  expect(claimedPerSecond(sent, history)).toBeCloseTo(200 / 4, 5)
})

test('claimed rate › is 0 when not everything was claimed', () => {
  expect(claimedPerSecond(sent, [{ atMs: 11_000, block: 5n }])).toBe(0)
  expect(claimedPerSecond(sent, [])).toBe(0)
})
