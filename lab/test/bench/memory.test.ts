import { expect, test } from 'vitest'
import { benchMemory } from '../../src/bench/memory/bench-memory.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench memory › measures every size of state against the smallest', async () => {
  const context = benchContext(['bench.repeats', '2'], ['run.verifier', 'portable'])
  const { results } = await benchMemory(context, { conversations: [64, 5_000], messages: 200 })
  expect(results.map(({ conversations }) => conversations)).toEqual([64, 5_000])
  const [small, large] = results
  expect(small?.ratio).toEqual({ min: 1, median: 1, max: 1 })
  expect(small?.cpuRatio).toEqual({ min: 1, median: 1, max: 1 })
  expect(large?.cpuMicroseconds.min).toBeGreaterThan(0)
  // Two keys, two ids and two nodes of a tree at the least; what does not grow with the state is shared by few here.
  expect(large?.bytesPerConversation).toBeGreaterThan(192)
  expect(large?.bytesPerConversation).toBeLessThan(small?.bytesPerConversation ?? 0)
})
