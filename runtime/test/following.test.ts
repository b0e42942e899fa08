import { expect, test } from 'vitest'
import { following } from '../src/index.ts'
import { SkippingClock } from '../src/testing/index.ts'

class Passing extends Error {}

/** Follows streams that each give some items and then end, fail or end the test. */
async function followed(streams: readonly (readonly (number | Error)[])[], refused?: number) {
  const ending = new AbortController()
  const clock = new SkippingClock()
  const left = [...streams]
  const [taken, told]: [number[], string[]] = [[], []]
  async function* open(): AsyncGenerator<number> {
    const items = left.shift()
    if (items === undefined) return ending.abort()
    for (const item of items) {
      if (item instanceof Error) throw item
      yield item
    }
  }
  const take = async (item: number): Promise<void> => {
    if (item === refused) throw new Error('refused')
    taken.push(item)
  }
  const policy = {
    clock,
    firstBackoffMs: 100,
    maxBackoffMs: 350,
    passes: (error: unknown) => error instanceof Passing,
    onFault: ({ message }: Passing, waitMs: number) => void told.push(`${message} ${waitMs}`),
    onMended: () => void told.push('mended'),
  }
  const outcome = await following({ open, take }, policy, ending.signal).catch((error: Error) => error.message)
  return { taken, told, waits: clock.waits, outcome }
}

const gone = new Passing('gone')

test('following › goes on over ends and failures, with waits that grow until an item is taken', async () => {
  const { taken, told, waits, outcome } = await followed([[1, gone], [gone], [gone], [gone], [2, 3], [gone]])
  expect(taken).toEqual([1, 2, 3])
  expect(waits).toEqual([100, 200, 350, 350, 100, 200])
  expect(told).toEqual(['gone 100', 'gone 200', 'gone 350', 'gone 350', 'mended', 'gone 200'])
  expect(outcome).toBeUndefined()
})

test('following › a failure that does not pass ends it, of the stream as of an item', async () => {
  expect((await followed([[1, new Error('a defect')], [2]])).outcome).toBe('a defect')
  expect(await followed([[1, 2], [3]], 2)).toMatchObject({ taken: [1], waits: [], outcome: 'refused' })
})
