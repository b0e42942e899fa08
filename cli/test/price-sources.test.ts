import type { DataAvailability } from '@parley/protocol'
import { expect, test } from 'vitest'
import { layerPrices } from '../src/role/price-sources.ts'

const signal = new AbortController().signal

/** A layer that asks for `fixed` wei and `each` more per byte. */
function layer(name: string, fixed: bigint, each: bigint, maxBytes: number): DataAvailability {
  const unused = () => Promise.reject(new Error('is not used'))
  return {
    layer: 0,
    name,
    limits: () => ({ maxBytes, retentionSeconds: 1, maxInFlight: 1, unitBytes: 1 }),
    quote: async (bytes) => ({ cost: { token: 'eth', amount: fixed + each * BigInt(bytes) }, bytes, validForMs: 1 }),
    submit: unused,
    retrieve: unused,
    abandon: unused,
    status: unused,
    audit: unused,
    close: async () => undefined,
  }
}

async function quotedOn(core: DataAvailability, witness: DataAvailability) {
  const told: unknown[] = []
  const quotes = {
    bytes: 1_000,
    async push(costs: unknown) {
      told.push(costs)
      return true
    },
  }
  expect(await layerPrices(quotes, () => ({ core, witness }), { tia: 0.0002 }).push(signal)).toBe(true)
  return told
}

test('layer prices › each part is quoted what a byte costs on its own layer, in mwei', async () => {
  const blobs = layer('dear', 5_000_000_000n, 100_000_000n, 10_000)
  const committee = layer('cheap', 0n, 1_000_000n, 10_000)
  expect(await quotedOn(blobs, committee)).toEqual([{ coreByte: 105n, witnessByte: 1n }])
})

test('layer prices › are rounded up, and nothing only where the layer asks for nothing', async () => {
  expect(await quotedOn(layer('free', 0n, 0n, 10_000), layer('almost free', 1n, 0n, 10_000))).toEqual([
    { coreByte: 0n, witnessByte: 1n },
  ])
})

test('layer prices › a layer that takes less is asked for the most it takes', async () => {
  const small = layer('small', 5_000_000_000n, 0n, 100)
  expect(await quotedOn(small, small)).toEqual([{ coreByte: 50n, witnessByte: 50n }])
})
