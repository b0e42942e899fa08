import { expect, test } from 'vitest'
import { fuzz } from '../src/fuzz/fuzz.ts'
import { makeInput } from '../src/fuzz/mutate.ts'
import { Random } from '../src/fuzz/random.ts'

const seed = 1

test(`fuzz › 25,000 inputs break no decoder and no ingress (seed ${seed})`, { timeout: 360_000 }, async () => {
  const module = new URL('../src/fuzz/targets/index.ts', import.meta.url).href
  const report = await fuzz({ seed, inputs: 25_000, from: 0, limitMs: 15_000, module })
  expect(report.failures).toEqual([])
  expect(report.inputs).toBe(25_000)
  for (const [name, { inputs, accepted, refused }] of Object.entries(report.decoders)) {
    expect.soft(inputs, name).toBeGreaterThan(100)
    expect
      .soft(
        Object.values(refused).reduce((sum, count) => sum + count, 0),
        name,
      )
      .toBeGreaterThan(50)
    // A signed operation can be taken once, and its JSON comes too late when the SSZ was first.
    if (name !== 'http operation json') expect.soft(accepted, name).toBeGreaterThan(0)
  }
})

test.each(['crash', 'garbage', 'hang'] as const)(
  'fuzz › finds a planted %s, and says how to see it again',
  async (fault) => {
    const planted = new URL('./support/planted-targets.ts', import.meta.url)
    planted.searchParams.set('fault', fault)
    const module = planted.href
    const report = await fuzz({ seed, inputs: 2_000, from: 0, limitMs: 100, module })
    const [failure] = report.failures
    expect(failure).toMatchObject({ kind: fault, decoder: 'planted' })
    const random = new Random(seed, failure!.index)
    random.below(1)
    expect(makeInput(random, [new Uint8Array([1, 2, 3, 4])]).length).toBe(3)
    const again = await fuzz({ seed, inputs: 1, from: failure!.index, limitMs: 100, module })
    expect(again.failures[0]).toMatchObject({ kind: fault, index: failure!.index })
  },
)

test('fuzz › the same seed makes the same inputs', () => {
  const corpus = [new Uint8Array([1, 2, 3]), new Uint8Array(100).fill(7)]
  const inputs = (of: number) => Array.from({ length: 200 }, (_, i) => makeInput(new Random(of, i), corpus))
  expect(inputs(1)).toEqual(inputs(1))
  expect(inputs(1)).not.toEqual(inputs(2))
})
