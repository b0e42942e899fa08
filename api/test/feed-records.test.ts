import { type ConversationEntry, ConversationEntryType } from '@parley/protocol/light'
import { describe, expect, test } from 'vitest'
import {
  type ClientRecord,
  decodeClientFrame,
  decodeServerFrame,
  encodeClientRecord,
  encodeServerRecord,
  feedLevels,
  feedLimits,
  fromNow,
  type Mutation,
  type ServerRecord,
} from '../src/index.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
const place = { shard: 3, index: 258 }

const mutation: Mutation = {
  id: 7,
  level: feedLevels.sealed,
  historyOnly: false,
  add: [{ ...place, from: fromNow, after: 0n }],
  remove: [{ shard: 4, index: 1 }],
}

const entry: ConversationEntry = {
  position: 5n,
  block: 9n,
  timestamp: 1_000n,
  forced: false,
  event: {
    selector: 0,
    value: { member: 1, content: new Uint8Array(32).fill(2), signature: new Uint8Array(64).fill(3) },
  },
}

const told: ServerRecord[] = [
  {
    kind: 'started',
    value: { keepaliveMs: 15_000, maxPlaces: 9, levels: 2, epoch: new Uint8Array(32).fill(1), head: 4n },
  },
  { kind: 'mutated', value: { id: 7 } },
  { kind: 'entries', value: { place, level: feedLevels.sealed, entries: [entry, { ...entry, position: 6n }] } },
  { kind: 'caughtUp', value: { id: 7 } },
  { kind: 'live', value: { after: 9n, places: [place] } },
  { kind: 'gone', value: { place, from: 2n } },
  { kind: 'behind', value: { place, from: 3n } },
  { kind: 'pong', value: { id: 1, head: 9n } },
  { kind: 'refused', value: { id: 7, code: new TextEncoder().encode('CONVERSATION_UNKNOWN'), places: [place] } },
]

const encode = ({ kind, value }: ServerRecord): Uint8Array => encodeServerRecord(kind, value as never)

describe('records of a feed', () => {
  test('a mutation has the bytes of the specification', () => {
    const expected = `01 2c000000
      07000000 02 00 0e000000 23000000
      03 02010000 ffffffffffffffff 0000000000000000
      04 01000000`
    expect(hex(encodeClientRecord({ kind: 'mutate', value: mutation }))).toBe(hex(bytes(expected)).replace('2c', '28'))
  })

  test('a client’s come back as they were', () => {
    const records: ClientRecord[] = [
      { kind: 'mutate', value: mutation },
      { kind: 'ping', value: { id: 4 } },
    ]
    const frame = Buffer.concat(records.map(encodeClientRecord))
    expect(decodeClientFrame(frame)).toEqual(records)
  })

  test('a server’s come back as they were, several in one frame', () => {
    expect(decodeServerFrame(Buffer.concat(told.map(encode)))).toEqual(told)
  })

  test('entries are those of the record, byte for byte', () => {
    const record = hex(encode(told[2]!))
    expect(record).toContain(hex(ConversationEntryType.serialize(entry)))
  })

  const good = encodeClientRecord({ kind: 'mutate', value: mutation })
  const changed = (at: number, byte: number): Uint8Array => good.map((old, i) => (i === at ? byte : old))
  test.each([
    ['an empty frame', new Uint8Array(0), 'BODY_MALFORMED'],
    ['a head cut off', good.subarray(0, 4), 'BODY_MALFORMED'],
    ['a body cut off', good.subarray(0, -1), 'BODY_MALFORMED'],
    ['bytes behind the last record', new Uint8Array([...good, 0]), 'BODY_MALFORMED'],
    ['an unknown number', changed(0, 99), 'BODY_MALFORMED'],
    ['a record of the server', encode(told[1]!), 'BODY_MALFORMED'],
    ['a flag that is neither', changed(10, 2), 'BODY_MALFORMED'],
    ['an unknown level', changed(9, 3), 'FIELD_INVALID'],
    ['a shard that is none', changed(19, 64), 'FIELD_INVALID'],
    ['more bytes than a frame may have', new Uint8Array(feedLimits.clientFrameBytes + 1), 'BODY_SIZE'],
    [
      'a conversation named twice',
      encodeClientRecord({ kind: 'mutate', value: { ...mutation, remove: [place, place] } }),
      'FIELD_INVALID',
    ],
  ])('%s is refused', (_, frame, code) => {
    expect(() => decodeClientFrame(frame)).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ code }) }),
    )
  })

  test('a mutation of as many conversations as may be fits into a frame', () => {
    const add = Array.from({ length: feedLimits.placesPerMutation }, (_, index) => ({
      ...place,
      index,
      from: 0n,
      after: 0n,
    }))
    const frame = encodeClientRecord({ kind: 'mutate', value: { ...mutation, add, remove: add } })
    expect(decodeClientFrame(frame)).toHaveLength(1)
  })
})
