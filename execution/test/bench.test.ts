import { describe, expect, test } from 'vitest'
import { measureLanes, measureRawVerification } from '../src/index.ts'
import { log } from './support/lanes.ts'

describe('measurements', () => {
  test('bare verification › counts what its workers verified', async () => {
    const measured = await measureRawVerification({ workers: 2, seconds: 0.2 })
    expect(measured.workers).toBe(2)
    // Rounds of 512 by each worker, in a fifth of a second: no machine does a microsecond each.
    expect(measured.verifications).toBeGreaterThanOrEqual(2 * 512)
    expect(measured.verifications % 512).toBe(0)
    expect(measured.verificationsPerSecond).toBeLessThan(2_000_000)
    expect(measured.cpuMicroseconds).toBeGreaterThan(1)
  })

  test('lanes › execute a load of which nothing is refused, beside bare verification', async () => {
    const options = { lanes: 2, conversations: 200, messages: 1_500, rounds: 2, verifier: 'portable' } as const
    const measured = await measureLanes(options, log)
    expect(measured).toMatchObject({ lanes: 2, verifier: 'npm secp256k1' })
    expect(measured.messagesPerSecond).toBeGreaterThan(0)
    expect(measured.ratio).toBeCloseTo(measured.messagesPerSecond / measured.rawVerificationsPerSecond, 6)
    expect(measured.cpuMicroseconds).toBeGreaterThan(1)
    expect(measured.cpuRatio).toBeGreaterThan(0)
  })
})
