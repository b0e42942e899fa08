import { SettlementError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { keepPrices, type PriceSource } from '../src/role/price-keeper.ts'

const log = pino({ level: 'silent' })

async function countOf(registry: Registry, name: string, source: PriceSource['name']) {
  const values = (await registry.getSingleMetric(name)?.get())?.values
  return values?.find(({ labels }) => labels.source === source)?.value
}

/** Looks at the prices with one answer after the other and ends with the last; tells what was waited and counted. */
async function keptWith(answers: readonly (boolean | Error)[]) {
  const ending = new AbortController()
  const waits: number[] = []
  const clock: Clock = {
    now: () => 0,
    elapsed: () => 0,
    async sleep(ms) {
      waits.push(ms)
      if (waits.length > answers.length) {
        ending.abort()
        ending.signal.throwIfAborted()
      }
    },
  }
  const source: PriceSource = {
    name: 'layers',
    async push() {
      const answer = answers[waits.length - 1] as boolean | Error
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const registry = new Registry()
  await keepPrices({ sources: [source], clock, log, registry }, 7_000, ending.signal)
  return {
    waits,
    pushes: await countOf(registry, 'parley_price_pushes_total', 'layers'),
    failures: await countOf(registry, 'parley_price_push_failures_total', 'layers'),
  }
}

const unavailable = new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'no answer' })

test('price keeper › waits before each look and counts what was pushed', async () => {
  expect(await keptWith([true, false, true])).toEqual({ waits: [7_000, 7_000, 7_000, 7_000], pushes: 2, failures: 0 })
})

test('price keeper › goes on after failures of any kind', async () => {
  const { pushes, failures } = await keptWith([unavailable, new Error('reverted'), true])
  expect({ pushes, failures }).toEqual({ pushes: 1, failures: 2 })
})

test('price keeper › a source that ends leaves the other one going', async () => {
  const ending = new AbortController()
  const l2: PriceSource = {
    name: 'l2',
    async push() {
      throw new SettlementError({ code: 'L1_BLOCK_MISSING', address: new Uint8Array(20), reason: 'reverted' })
    },
  }
  let looks = 0
  const layers: PriceSource = {
    name: 'layers',
    async push() {
      looks += 1
      if (looks === 3) ending.abort()
      return true
    },
  }
  const clock: Clock = { now: () => 0, elapsed: () => 0, sleep: async (_, signal) => signal.throwIfAborted() }
  const registry = new Registry()
  await keepPrices({ sources: [l2, layers], clock, log, registry }, 1_000, ending.signal)
  expect(await countOf(registry, 'parley_price_push_failures_total', 'l2')).toBe(1)
  expect(await countOf(registry, 'parley_price_pushes_total', 'layers')).toBe(3)
})
