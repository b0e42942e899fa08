import { expect, test } from 'vitest'
import { Turns } from '../src/index.ts'

const { signal } = new AbortController()

/** A use that goes on until it is told to end. */
function held(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>()
  const use = (): Promise<string> => {
    log.push(name)
    return promise
  }
  return { use, end: () => resolve(name) }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('turns › as many run at once as there are places, the others in the order in which they came', async () => {
  const turns = new Turns(2)
  const log: string[] = []
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => held(log, name)) as ReturnType<typeof held>[] as [
    ReturnType<typeof held>,
    ReturnType<typeof held>,
    ReturnType<typeof held>,
    ReturnType<typeof held>,
  ]
  const all = [a, b, c, d].map(({ use }) => turns.take(use, signal))
  await settle()
  expect(log).toEqual(['a', 'b'])
  expect(turns.length).toBe(2)
  b.end()
  await settle()
  expect(log).toEqual(['a', 'b', 'c'])
  a.end()
  c.end()
  d.end()
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
  expect(await turns.take(async () => 'free again', signal)).toBe('free again')
})

test('turns › a use that throws gives its place up', async () => {
  const turns = new Turns(1)
  await expect(turns.take(() => Promise.reject(new Error('defect')), signal)).rejects.toThrow('defect')
  expect(await turns.take(async () => 'next', signal)).toBe('next')
})

test('turns › whoever gives up while waiting leaves no hole', async () => {
  const turns = new Turns(1)
  const log: string[] = []
  const first = held(log, 'first')
  const running = turns.take(first.use, signal)
  const gone = new AbortController()
  const waiting = turns.take(held(log, 'gone').use, gone.signal)
  const last = turns.take(async () => 'last', signal)
  gone.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  first.end()
  await running
  expect(await last).toBe('last')
  expect(log).toEqual(['first'])
  await expect(turns.take(async () => 'late', gone.signal)).rejects.toThrow('enough')
})

test('turns › one that was entered lasts until it is left, and is left once', async () => {
  const turns = new Turns(1)
  const leave = await turns.enter(signal)
  expect(turns.isFull).toBe(true)
  const log: string[] = []
  const waiting = ['first', 'second'].map((name) => held(log, name))
  const uses = waiting.map(({ use }) => turns.take(use, signal))
  leave()
  leave()
  await settle()
  expect(log).toEqual(['first'])
  for (const { end } of waiting) end()
  expect(await Promise.all(uses)).toEqual(['first', 'second'])
  expect(turns.isFull).toBe(false)
})
