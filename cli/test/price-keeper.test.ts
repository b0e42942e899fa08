import type { Clock } from '@parley/protocol'
import { SettlementError } from '@parley/protocol'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { keepPrices } from '../src/role/price-keeper.ts'

/** Looks at the prices with one answer after the other and ends with the last; tells what was waited and counted. */
async function keptWith(answers: readonly (boolean | Error)[]) {
  const ending = new AbortController()
  const waits: number[] = []
  const clock: Clock = {
    now: () => 0,
    async sleep(ms) {
      waits.push(ms)
      if (waits.length > answers.length) {
        ending.abort()
        ending.signal.throwIfAborted()
      }
    },
  }
  const settlement = {
    async pushPrices() {
      const answer = answers[waits.length - 1] as boolean | Error
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const registry = new Registry()
  await keepPrices({ settlement, clock, log: pino({ level: 'silent' }), registry }, 7_000, ending.signal)
  const countOf = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value
  return {
    waits,
    pushes: await countOf('parley_price_pushes_total'),
    failures: await countOf('parley_price_push_failures_total'),
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
