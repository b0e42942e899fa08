import { expect, test } from 'vitest'
import { type Sequencer, SequencerError, startLives } from '../src/index.ts'

/** A sequencer of which a test decides when and by what it ends. */
function sequencerOf(url: string, told: string[], start: () => Promise<void> = async () => undefined) {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => undefined)
  const sequencer: Sequencer = {
    url,
    failed,
    start,
    stop: async () => {
      told.push('stopped')
    },
  }
  return { sequencer, fail: reject, close: async () => void told.push('closed') }
}

const removed = () =>
  new SequencerError({
    code: 'LINEAGE_CHANGED',
    expected: new Uint8Array(32),
    received: new Uint8Array(32),
    standing: 1n,
  })

test('lives › a removal is followed by another start at the same place, anything else by an end', async () => {
  const told: string[] = []
  const first = sequencerOf('http://127.0.0.1:4000', told)
  const second = sequencerOf('http://127.0.0.1:4000', told)
  const begun = Promise.withResolvers<void>()
  const lives = await startLives(async (port) => {
    told.push(`begun ${port}`)
    if (port === undefined) return first
    begun.resolve()
    return second
  })
  first.fail(removed())
  await begun.promise
  expect(told).toEqual(['begun undefined', 'stopped', 'closed', 'begun 4000'])
  second.fail(new Error('the disk is full'))
  await expect(lives.failed).rejects.toThrow('the disk is full')
  await lives.stop()
  expect(told.slice(4)).toEqual(['stopped', 'closed'])
})

test('lives › a start that fails after a removal ends it', async () => {
  const told: string[] = []
  const first = sequencerOf('http://127.0.0.1:4000', told)
  const second = sequencerOf('http://127.0.0.1:4000', told, () => Promise.reject(new Error('no L2')))
  const lives = await startLives(async (port) => (port === undefined ? first : second))
  first.fail(removed())
  await expect(lives.failed).rejects.toThrow('no L2')
  expect(told).toEqual(['stopped', 'closed', 'stopped', 'closed'])
  await lives.stop()
})

test('lives › a stop while it starts again leaves nothing open', async () => {
  const told: string[] = []
  const first = sequencerOf('http://127.0.0.1:4000', told)
  const starting = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const second = sequencerOf('http://127.0.0.1:4000', told, () => {
    begun.resolve()
    return starting.promise
  })
  const lives = await startLives(async (port) => (port === undefined ? first : second))
  first.fail(removed())
  await begun.promise
  const stopped = lives.stop()
  starting.resolve()
  await stopped
  expect(told).toEqual(['stopped', 'closed', 'stopped', 'closed'])
})

/** One that stands by until it is stopped. */
function standingBy(told: string[]) {
  const ending = Promise.withResolvers<never>()
  const life = sequencerOf('http://127.0.0.1:4000', told, () => ending.promise)
  const stop = async (): Promise<void> => {
    told.push('stopped')
    ending.reject(new Error('it stops'))
  }
  return { ...life, sequencer: { ...life.sequencer, stop } }
}

test('lives › a stop while the next is made ends it, though it stands by', async () => {
  const told: string[] = []
  const first = sequencerOf('http://127.0.0.1:4000', told)
  const making = Promise.withResolvers<void>()
  const made = Promise.withResolvers<void>()
  const lives = await startLives(async (port) => {
    if (port === undefined) return first
    making.resolve()
    await made.promise
    return standingBy(told)
  })
  first.fail(removed())
  await making.promise
  const stopped = lives.stop()
  made.resolve()
  await stopped
  expect(told).toEqual(['stopped', 'closed', 'stopped', 'closed'])
})

test('lives › an end while the first is made ends it, though it stands by', async () => {
  const told: string[] = []
  const ending = new AbortController()
  const starting = startLives(async () => {
    ending.abort()
    return standingBy(told)
  }, ending.signal)
  await expect(starting).rejects.toThrow('it stops')
  expect(told).toEqual(['stopped', 'closed'])
})
