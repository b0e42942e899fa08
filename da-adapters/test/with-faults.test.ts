import { join } from 'node:path'
import type { DataAvailability } from '@parley/protocol'
import { daCompliance } from '@parley/protocol/compliance'
import { SkippingClock } from '@parley/runtime/testing'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalDa, type FaultOptions, withFaults, withMetrics } from '../src/index.ts'
import { errorOf, faultOf } from './support/faults.ts'
import { directoryHarness, directoryTraits } from './support/local-harness.ts'
import { scratchDirectory } from './support/scratch.ts'
import { silentLog } from './support/silent-log.ts'

const { signal } = new AbortController()
const log = silentLog

async function withFaulty<T>(
  options: FaultOptions,
  use: (faulty: DataAvailability, sound: DataAvailability) => Promise<T>,
): Promise<T> {
  await using scratch = await scratchDirectory()
  const sound = await createLocalDa({ log }, { dir: scratch.path })
  return await use(withFaults(sound, { clock: new SkippingClock(), log }, options), sound)
}

const data = Uint8Array.from({ length: 100 }, (_, i) => i)

describe('withFaults without faults, and withMetrics', () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let harness: ReturnType<typeof directoryHarness>
  const registry = new Registry()
  beforeAll(async () => {
    scratch = await scratchDirectory()
    harness = directoryHarness(join(scratch.path, 'da'), (da) => {
      const clock = new SkippingClock()
      return withMetrics(withFaults(da, { clock, log }, { seed: 1, delay: 1, maxDelayMs: 5 }), { registry, clock })
    })
  })
  afterAll(() => scratch[Symbol.asyncDispose]())
  for (const { name, run } of daCompliance(() => harness, directoryTraits)) test(name, run)

  test('withMetrics › counted the suite by layer, method and outcome', async () => {
    const text = await registry.metrics()
    expect(text).toMatch(/parley_da_call_seconds_count\{layer="local",method="submit",outcome="ok"} [1-9]/)
    expect(text).toMatch(/outcome="DA_TOO_LARGE"/)
    expect(text).toMatch(/outcome="aborted"/)
    expect(text).toMatch(/parley_da_bytes_total\{layer="local",method="retrieve"} [1-9]/)
  })
})

describe('withFaults', () => {
  test('dropBeforeAcceptance › fails and publishes nothing', async () => {
    await withFaulty({ seed: 1, dropBeforeAcceptance: 1 }, async (faulty, sound) => {
      expect(await faultOf(faulty.submit(data, {}, signal))).toMatchObject({ code: 'DA_UNAVAILABLE' })
      const pointer = Uint8Array.from([1, ...(await sha256(data)), 0, 0, 0, data.length])
      expect(await sound.status(pointer, signal)).toBe('lost')
    })
  })

  test('dropAfterAcceptance › fails although the data is there', async () => {
    await withFaulty({ seed: 1, dropAfterAcceptance: 1 }, async (faulty, sound) => {
      expect(await faultOf(faulty.submit(data, {}, signal))).toMatchObject({ code: 'DA_UNAVAILABLE' })
      const pointer = Uint8Array.from([1, ...(await sha256(data)), 0, 0, 0, data.length])
      expect(await sound.status(pointer, signal)).toBe('final')
    })
  })

  test.each([
    ['loseRetrieval', 'DA_MISSING'],
    ['failRetrieval', 'DA_UNAVAILABLE'],
    ['corrupt', 'DA_CORRUPT'],
  ] as const)('%s › retrieve says %s', async (name, code) => {
    await withFaulty({ seed: 1, [name]: 1 }, async (faulty) => {
      const { pointer } = await faulty.submit(data, {}, signal)
      expect(await faultOf(faulty.retrieve(pointer, signal))).toMatchObject({ code })
    })
  })

  test('tamper › flips exactly one bit', async () => {
    await withFaulty({ seed: 3, tamper: 1 }, async (faulty, sound) => {
      const { pointer } = await faulty.submit(data, {}, signal)
      const found = await faulty.retrieve(pointer, signal)
      const flipped = found.reduce(
        (bits, byte, i) => bits + (byte ^ (data[i] ?? 0)).toString(2).split('1').length - 1,
        0,
      )
      expect(flipped).toBe(1)
      expect(Uint8Array.from(await sound.retrieve(pointer, signal))).toEqual(data)
    })
  })

  test('misreportStatus › says lost of what is there', async () => {
    await withFaulty({ seed: 1, misreportStatus: 1 }, async (faulty) => {
      const { pointer } = await faulty.submit(data, {}, signal)
      expect(await faulty.status(pointer, signal)).toBe('lost')
    })
  })

  test('seed › the same seed meets the same calls, another seed others', async () => {
    const fates = (seed: number) =>
      withFaulty({ seed, failRetrieval: 0.3, delay: 0.3 }, async (faulty) => {
        const { pointer } = await faulty.submit(data, {}, signal)
        const outcomes: boolean[] = []
        for (let i = 0; i < 64; i++) outcomes.push((await errorOf(faulty.retrieve(pointer, signal))) === undefined)
        return outcomes
      })
    const first = await fates(7)
    expect(await fates(7)).toEqual(first)
    expect(await fates(8)).not.toEqual(first)
    const failed = first.filter((ok) => !ok).length
    expect(failed).toBeGreaterThan(8)
    expect(failed).toBeLessThan(32)
  })

  test('options › a rate that is no probability is refused', async () => {
    await withFaulty({ seed: 1 }, async (_faulty, sound) => {
      const deps = { clock: new SkippingClock(), log }
      expect(() => withFaults(sound, deps, { seed: 1, corrupt: 1.5 })).toThrow(RangeError)
      expect(() => withFaults(sound, deps, { seed: 1, corrupt: Number.NaN })).toThrow(RangeError)
    })
  })
})

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
