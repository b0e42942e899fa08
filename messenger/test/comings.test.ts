import { describe, expect, test } from 'vitest'
import { comingsOf } from '../src/model/comings.ts'
import type { Item, Move } from '../src/model/talk.ts'
import { moved, person } from './support/person.ts'

const note = (key: string, move: Move): Item => ({ kind: 'note', key, text: '', move })
const nothing = { joined: [], left: [], more: [], fewer: [] }
const bob = moved(2, 20)
const telephone = moved(2, 21)

describe('comings', () => {
  test('who comes with a first device joins, and with another one has more', () => {
    const items = [note('a', { added: [bob], removed: [] }), note('b', { added: [telephone], removed: [] })]
    const comings = comingsOf(items, [person(1, [10]), person(2, [20, 21])])
    expect(comings.get('a')).toEqual({ ...nothing, joined: [bob.identity] })
    expect(comings.get('b')).toEqual({ ...nothing, more: [bob.identity] })
  })

  test('who was there before this device has more with a second device, and did not join', () => {
    const comings = comingsOf([note('a', { added: [telephone], removed: [] })], [person(1, [10]), person(2, [20, 21])])
    expect(comings.get('a')).toEqual({ ...nothing, more: [bob.identity] })
  })

  test('who loses one device of two has fewer, and with the last one is gone', () => {
    const items = [note('a', { added: [], removed: [telephone] }), note('b', { added: [], removed: [bob] })]
    const comings = comingsOf(items, [person(1, [10])])
    expect(comings.get('a')).toEqual({ ...nothing, fewer: [bob.identity] })
    expect(comings.get('b')).toEqual({ ...nothing, left: [bob.identity] })
  })

  test('a device that comes back in the place of itself is no news', () => {
    const comings = comingsOf([note('a', { added: [bob], removed: [bob] })], [person(1, [10]), person(2, [20])])
    expect(comings.get('a')).toEqual(nothing)
  })

  test('who left and was invited again joins once more', () => {
    const items = [
      note('a', { added: [bob], removed: [] }),
      note('b', { added: [], removed: [bob] }),
      note('c', { added: [bob], removed: [] }),
    ]
    expect(comingsOf(items, [person(2, [20])]).get('c')).toEqual({ ...nothing, joined: [bob.identity] })
  })
})
