import type { Refusal } from '@parley/client'
import { ManualClock } from '@parley/runtime/testing'
import type { Logger } from 'pino'
import { expect, test } from 'vitest'
import { Refusals } from '../src/load/refusals.ts'

const priced: Refusal = { accepted: false, refusal: 'PRICE_OVER_LIMIT', expected: 66_240n }
const late: Refusal = { accepted: false, refusal: 'NONCE_MISMATCH', expected: 7n }

test('refusals › are logged in one line a kind and interval, with what they mean', () => {
  const clock = new ManualClock()
  const lines: unknown[] = []
  const log = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger
  const refusals = new Refusals({ clock, log })
  const burst = (count: number): void => {
    for (let i = 0; i < count; i += 1) {
      refusals.add('message', priced)
      refusals.tick()
    }
  }
  burst(40)
  refusals.add('message', late)
  expect(lines).toEqual([])
  clock.advance(5_000)
  refusals.tick()
  const text = 'the load’s messages refused: the price is above the member’s limit'
  expect(lines).toEqual([
    [{ count: 40, refusal: 'PRICE_OVER_LIMIT', limit: '66240' }, text],
    [
      { count: 1, refusal: 'NONCE_MISMATCH', expected: '7' },
      'the load’s messages refused: the nonce is not the next one',
    ],
  ])
  refusals.tick()
  expect(lines).toHaveLength(2)
  burst(3)
  refusals.flush()
  expect(lines.at(-1)).toEqual([{ count: 3, refusal: 'PRICE_OVER_LIMIT', limit: '66240' }, text])
})
