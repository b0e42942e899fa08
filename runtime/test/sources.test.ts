import { describe, expect, test } from 'vitest'
import { createSources, distinctNames } from '../src/index.ts'
import { ManualClock } from '../src/testing/index.ts'

const first = { name: 'first' }
const second = { name: 'second' }

function twoSources() {
  const clock = new ManualClock()
  const sources = createSources([first, second], clock)
  const fail = (times: number, source = first) => {
    for (let i = 0; i < times; i++) sources.failed(source)
  }
  return { clock, sources, fail, asked: () => sources.turn().asked.map(({ name }) => name) }
}

describe('sources', () => {
  test('order › is that of the list, and a few faults do not change it', () => {
    const { asked, fail } = twoSources()
    fail(4)
    expect(asked()).toEqual(['first', 'second'])
  })

  test('circuit › five faults in a row leave one out for 30 s, twice as long each time, for 10 minutes at most', async () => {
    const { asked, clock, fail } = twoSources()
    fail(5)
    for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
      await clock.advance(seconds * 1000 - 1)
      expect(asked(), `${seconds}`).toEqual(['second'])
      await clock.advance(1)
      expect(asked(), `${seconds}`).toEqual(['first', 'second'])
      fail(1)
    }
  })

  test('circuit › late answers to earlier questions do not make it longer', async () => {
    const { asked, clock, fail } = twoSources()
    fail(20)
    await clock.advance(30_000)
    expect(asked()).toEqual(['first', 'second'])
  })

  test('circuit › one good answer ends it', () => {
    const { asked, sources, fail } = twoSources()
    fail(5)
    sources.succeeded(first)
    fail(4)
    expect(asked()).toEqual(['first', 'second'])
  })

  test('circuit › while all are left out all are asked', () => {
    const { asked, fail } = twoSources()
    fail(5)
    fail(5, second)
    expect(asked()).toEqual(['first', 'second'])
  })

  test('pause › who asked for one is not asked meanwhile, alone or not', async () => {
    const { asked, clock, sources } = twoSources()
    sources.failed(first, 20_000)
    sources.failed(second, 40_000)
    expect(asked()).toEqual([])
    expect(sources.turn().leftOut).toEqual([
      'first asked for a pause of 20000 ms',
      'second asked for a pause of 40000 ms',
    ])
    await clock.advance(20_000)
    expect(asked()).toEqual(['first'])
  })

  test('pause › is ten minutes at most', async () => {
    const { asked, clock, sources } = twoSources()
    sources.failed(first, 86_400_000)
    await clock.advance(600_000)
    expect(asked()).toEqual(['first', 'second'])
  })

  test('turn › among some of the list others are neither asked nor told of', async () => {
    const { sources, fail } = twoSources()
    fail(5)
    expect(sources.turn([first])).toEqual({ asked: [first], leftOut: [] })
    sources.failed(second, 1_000)
    expect(sources.turn([first]).leftOut).toEqual([])
  })

  test('names › that show the same are numbered', () => {
    expect(distinctNames(['http://a/…', 'http://b', 'http://a/…'])).toEqual(['http://a/…', 'http://b', 'http://a/… #2'])
  })
})
