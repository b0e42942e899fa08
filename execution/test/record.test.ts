import { OperationKind, SignedOperationType, signedMessageBytes } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../src/codec/bytes.ts'
import { writeRecordHeader, writeRecordMessage, writeRecordOperation } from '../src/codec/record.ts'
import { entriesOfLanes } from '../src/main/replay.ts'
import { referenceSplit } from './support/reference-records.ts'

const block = 7n
const runs = { seed: 20261125, numRuns: 400 }

const message = fc
  .record({ shard: fc.integer({ min: 0, max: 65 }), rest: fc.uint8Array({ minLength: 110, maxLength: 110 }) })
  .map(
    ({ shard, rest }) =>
      (writer: ByteWriter) =>
        writeRecordMessage(writer, new Uint8Array([shard, ...rest])),
  )

const operation = fc
  .record({ shard: fc.integer({ min: 0, max: 65 }), signature: fc.uint8Array({ minLength: 64, maxLength: 64 }) })
  .map(({ shard, signature }) => (writer: ByteWriter) => {
    const value = { shard, account: 1, nonce: 2n, amount: 3n }
    const signed = { operation: { selector: OperationKind.withdraw, value }, signatures: [signature] } as const
    writeRecordOperation(writer, SignedOperationType.serialize({ ...signed, signatures: [signature] }))
  })

const record = fc
  .record({
    number: fc.oneof({ weight: 30, arbitrary: fc.constant(block) }, { weight: 1, arbitrary: fc.constant(8n) }),
    entries: fc.array(fc.oneof({ weight: 4, arbitrary: message }, { weight: 1, arbitrary: operation }), {
      maxLength: 20,
    }),
  })
  .map(({ number, entries }) => {
    const writer = new ByteWriter()
    writeRecordHeader(writer, number)
    for (const write of entries) write(writer)
    return writer.written().slice()
  })

/** What is done to the bytes of a record. */
const damage = fc.oneof(
  { weight: 4, arbitrary: fc.constant((bytes: Uint8Array) => bytes) },
  {
    weight: 1,
    arbitrary: fc.nat().map((cut) => (bytes: Uint8Array) => bytes.subarray(0, cut % (bytes.length + 1))),
  },
  {
    weight: 2,
    arbitrary: fc.record({ at: fc.nat(), value: fc.nat(255) }).map(
      ({ at, value }) =>
        (bytes: Uint8Array) =>
          bytes.with(at % bytes.length, value),
    ),
  },
  {
    // Where the kind of an entry, or a length, most likely is.
    weight: 1,
    arbitrary: fc
      .record({ entry: fc.nat(3), at: fc.nat(5), value: fc.nat(2) })
      .map(({ entry, at, value }) => (bytes: Uint8Array) => {
        const place = 9 + entry * (1 + signedMessageBytes) + at
        return place < bytes.length ? bytes.with(place, value) : bytes
      }),
  },
)

const outcome = (split: () => Uint8Array[]): unknown => {
  try {
    return split().map((bytes) => Buffer.from(bytes).toString('hex'))
  } catch (error) {
    return { fault: (error as { fault?: unknown }).fault ?? error }
  }
}

describe('record', () => {
  test('splitting by lanes › is what reading entry by entry gives, fault for fault', () => {
    const records = fc.array(fc.tuple(record, damage), { minLength: 1, maxLength: 4 })
    const seen = { split: 0, refused: 0 }
    fc.assert(
      fc.property(records, fc.constantFrom(1, 2, 3, 8, 64), (drawn, lanes) => {
        const bytes = drawn.map(([whole, damaged]) => damaged(whole))
        const expected = outcome(() => referenceSplit(bytes, block, lanes))
        expect(outcome(() => entriesOfLanes(bytes, block, lanes))).toEqual(expected)
        seen[Array.isArray(expected) ? 'split' : 'refused'] += 1
      }),
      runs,
    )
    expect(Math.min(seen.split, seen.refused)).toBeGreaterThan(runs.numRuns / 10)
  })

  test('splitting by lanes › gives memory that is its own, so that it can be handed over', () => {
    const writer = new ByteWriter()
    writeRecordHeader(writer, block)
    writeRecordMessage(writer, new Uint8Array(signedMessageBytes).fill(3))
    const bytes = writer.written().slice()
    const [first, second] = entriesOfLanes([bytes], block, 2)
    expect(first?.buffer).not.toBe(second?.buffer)
    expect(second?.buffer).not.toBe(bytes.buffer)
    expect(second).toEqual(bytes.subarray(9))
  })
})
