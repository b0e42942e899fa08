import { toHex } from '@parley/protocol'
import { ManualClock } from '@parley/runtime/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Claimers } from '../src/taking/claimers.ts'

const { signal } = new AbortController()
const addressOf = (number: number): Uint8Array => {
  const address = new Uint8Array(20)
  new DataView(address.buffer).setUint32(16, number)
  return address
}

/** Of all accounts only number 0 may claim. */
function stage(believedMs = 10_000) {
  const clock = new ManualClock()
  const asked: string[] = []
  const chain = {
    async mayClaim(address: Uint8Array) {
      asked.push(toHex(address))
      return Buffer.compare(address, addressOf(0)) === 0
    },
  }
  const claimers = new Claimers({ chain, clock, log: pino({ level: 'silent' }) }, believedMs)
  const outcome = (number: number): Promise<string> =>
    claimers.assertMayClaim(addressOf(number), signal).then(
      () => 'may',
      (error: { fault: { code: string } }) => error.fault.code,
    )
  return { clock, asked, outcome }
}

test('claimers › strangers cost the L2 a question each only up to a bound, which comes back with time', async () => {
  const { clock, asked, outcome } = stage()
  expect(await outcome(0)).toBe('may')
  const outcomes: string[] = []
  for (let number = 1; number <= 1_000; number += 1) outcomes.push(await outcome(number))
  const known = outcomes.filter((code) => code === 'AUTHORITY_UNKNOWN').length
  // One of the thirty was the claimer, before it was known.
  expect([known, asked.length]).toEqual([29, 30])
  expect(new Set(outcomes.slice(29))).toEqual(new Set(['OVERLOADED']))
  clock.advance(2_000)
  expect([await outcome(2_000), await outcome(2_001)]).toEqual(['AUTHORITY_UNKNOWN', 'OVERLOADED'])
})

test('claimers › who may claim is neither forgotten nor kept waiting because of strangers', async () => {
  const { clock, asked, outcome } = stage()
  expect(await outcome(0)).toBe('may')
  for (let number = 1; number <= 5_000; number += 1) await outcome(number)
  const before = asked.length
  expect(await outcome(0)).toBe('may')
  expect(asked).toHaveLength(before)
  clock.advance(10_001)
  for (let number = 5_001; number <= 5_100; number += 1) await outcome(number)
  expect(await outcome(0)).toBe('may')
})

test('claimers › what the L2 says of a stranger is believed for a while', async () => {
  const { clock, asked, outcome } = stage()
  expect(await outcome(1)).toBe('AUTHORITY_UNKNOWN')
  expect(await outcome(1)).toBe('AUTHORITY_UNKNOWN')
  expect(asked).toHaveLength(1)
  clock.advance(10_001)
  expect(await outcome(1)).toBe('AUTHORITY_UNKNOWN')
  expect(asked).toHaveLength(2)
})
