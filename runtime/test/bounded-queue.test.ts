import { expect, test } from 'vitest'
import { BoundedQueue, type Clock } from '../src/index.ts'

const { signal: never } = new AbortController()

function rig(maxLength: number, maxWeight?: number) {
  let now = 0
  const sleeps: number[] = []
  const clock: Clock = {
    now: () => 0,
    elapsed: () => now,
    async sleep(ms) {
      sleeps.push(ms)
      now += ms
    },
  }
  const weights: number[] = []
  const queue = new BoundedQueue<number>(
    { clock, weigh: (item) => item, onChange: ({ weight }) => void weights.push(weight) },
    maxLength,
    maxWeight,
  )
  return { queue, weights, sleeps }
}

test('bounded queue › gives items in order, and tells of its weight', async () => {
  const { queue, weights } = rig(3)
  for (const item of [5, 7]) queue.push(item)
  expect([await queue.peek(never), queue.length, queue.oldest]).toEqual([5, 2, 5])
  queue.take()
  expect(await queue.peek(never)).toBe(7)
  queue.take()
  queue.take()
  expect(weights).toEqual([5, 12, 7, 0])
})

test('bounded queue › the writer waits while it is full', async () => {
  const { queue } = rig(1)
  queue.push(1)
  let room = false
  const waiting = queue.room(never).then(() => {
    room = true
  })
  await Promise.resolve()
  expect(room).toBe(false)
  queue.take()
  await waiting
  expect(room).toBe(true)
})

test('bounded queue › a reader waits up to its deadline, and takes what comes first', async () => {
  const { queue, sleeps } = rig(1)
  expect(await queue.peek(never, 50)).toBeUndefined()
  expect(sleeps).toEqual([50])
  const waiting = queue.peek(never)
  queue.push(9)
  expect(await waiting).toBe(9)
})

test('bounded queue › what came before a failure is read before it', async () => {
  const { queue } = rig(2)
  queue.push(1)
  queue.fail(new Error('the source failed'))
  expect(await queue.peek(never)).toBe(1)
  queue.take()
  await expect(queue.peek(never)).rejects.toThrow('the source failed')
})

test('bounded queue › waits end with the reason of the signal', async () => {
  const { queue } = rig(1)
  const ending = new AbortController()
  const reading = queue.peek(ending.signal)
  ending.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  queue.push(1)
  await expect(queue.room(ending.signal)).rejects.toThrow('enough')
})

test('bounded queue › the writer waits while what is in it weighs as much as it may, and one item always fits', async () => {
  const { queue } = rig(10, 100)
  await queue.room(never)
  queue.push(150)
  let room = false
  const waiting = queue.room(never).then(() => {
    room = true
  })
  await Promise.resolve()
  expect(room).toBe(false)
  queue.take()
  await waiting
  queue.push(99)
  await queue.room(never)
})

test('bounded queue › what is put back is read first, in its order, even beyond the bound', async () => {
  const { queue, weights } = rig(2)
  queue.push(3)
  queue.putBack([1, 2])
  queue.putBack([])
  const read: number[] = []
  while (queue.length > 0) {
    read.push(await queue.peek(never))
    queue.take()
  }
  expect(read).toEqual([1, 2, 3])
  expect(weights).toEqual([3, 6, 5, 3, 0])
})
