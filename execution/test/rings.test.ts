import { signedMessageBytes } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Control, controlBytes } from '../src/rings/control.ts'
import { EntryConsumer, EntryProducer } from '../src/rings/entry-ring.ts'
import { FrameConsumer, FrameProducer } from '../src/rings/frame-ring.ts'
import { SlotKind, SlotWord, slotBytes } from '../src/rings/slot.ts'

const slots = 64

function entryRing(start = 0) {
  const control = new Int32Array(new SharedArrayBuffer(controlBytes))
  const memory = { control, slots: new SharedArrayBuffer(slots * slotBytes) }
  const producer = new EntryProducer(memory)
  const consumer = new EntryConsumer(memory)
  // As after so many slots: 32-bit positions are about to wrap.
  for (const end of [producer, consumer]) Object.assign(end, { tail: start, head: start })
  control[Control.entryHead] = start
  control[Control.entryTail] = start
  return { producer, consumer }
}

const pattern = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff)

interface Sent {
  readonly ticket: number
  readonly bytes: Uint8Array
}

/** Takes what is at the head out. */
function take(consumer: EntryConsumer): Sent {
  const word = consumer.peek()
  const at = { ticket: 0, entry: 0, offset: 0 }
  consumer.locate(word, at)
  const isOperation = consumer.words[word + SlotWord.kind] === SlotKind.operation
  const bytes = isOperation
    ? consumer.operationBytes(word)
    : consumer.bytes.slice(at.offset, at.offset + signedMessageBytes)
  consumer.pass(word)
  return { ticket: at.ticket, bytes }
}

describe('entry ring', () => {
  const step = fc.oneof(
    fc.constant({ kind: 'message' } as const),
    fc.record({ kind: fc.constant('operation' as const), length: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 40 }) }),
  )

  test.each([0, 2 ** 31 - 10, -10])(
    'from position %i › entries come out whole and in order, round and round',
    (start) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), (steps) => {
          const { producer, consumer } = entryRing(start)
          const expected: Sent[] = []
          let ticket = 0
          for (const each of steps) {
            if (each.kind === 'take') {
              for (let i = 0; i < each.count && !consumer.isEmpty; i += 1)
                expect(take(consumer)).toEqual(expected.shift())
              continue
            }
            ticket += 1
            const bytes = pattern(each.kind === 'message' ? signedMessageBytes : each.length, ticket)
            if (each.kind === 'operation') {
              if (producer.operation(bytes, ticket)) expected.push({ ticket, bytes })
            } else if (producer.room > 0) {
              producer.message(bytes, 0, ticket, 0)
              producer.publish()
              expected.push({ ticket, bytes })
            }
          }
          while (!consumer.isEmpty) expect(take(consumer)).toEqual(expected.shift())
          expect(expected).toEqual([])
          expect(producer.room).toBe(slots)
        }),
        { seed: 3, numRuns: 60 },
      )
    },
  )

  test('full › has no room for one more, and room again after one is passed', () => {
    const { producer, consumer } = entryRing()
    for (let i = 0; i < slots; i += 1) producer.message(pattern(signedMessageBytes, i), 0, i, 0)
    producer.publish()
    expect(producer.room).toBe(0)
    expect(producer.operation(pattern(10, 1), 1)).toBe(false)
    take(consumer)
    expect(producer.room).toBe(1)
    expect(producer.operation(pattern(200, 1), 1)).toBe(false)
    expect(producer.operation(pattern(100, 1), 1)).toBe(true)
  })

  test('messages › are not seen before they are published', () => {
    const { producer, consumer } = entryRing()
    producer.message(pattern(signedMessageBytes, 1), 0, 1, 0)
    expect(consumer.isEmpty).toBe(true)
    producer.publish()
    expect(consumer.isEmpty).toBe(false)
  })
})

describe('frame ring', () => {
  function frameRing(start = 0) {
    const control = new Int32Array(new SharedArrayBuffer(controlBytes))
    const memory = { control, bytes: new SharedArrayBuffer(4096) }
    const ends = { producer: new FrameProducer(memory), consumer: new FrameConsumer(memory) }
    Object.assign(ends.producer, { tail: start })
    Object.assign(ends.consumer, { head: start })
    control[Control.frameHead] = start
    control[Control.frameTail] = start
    return ends
  }

  test.each([0, 2 ** 31 - 100, -100])(
    'from position %i › frames come out whole; a full ring waits for room',
    (start) => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 60 }), (lengths) => {
          const { producer, consumer } = frameRing(start)
          const sent: Uint8Array[] = []
          const received: Uint8Array[] = []
          const drain = () => {
            for (let frame = consumer.read(); frame !== undefined; frame = consumer.read()) received.push(frame)
          }
          lengths.forEach((length, i) => {
            const frame = pattern(length, i)
            const cut = Math.floor(length / 3)
            // The ring is drained when the producer says that it would wait: the only thing that lets it go on.
            producer.write([frame.subarray(0, cut), frame.subarray(cut)], drain)
            sent.push(frame)
          })
          drain()
          expect(received).toEqual(sent)
        }),
        { seed: 5, numRuns: 60 },
      )
    },
  )

  test('a frame that can never fit › is an error, not a wait', () => {
    const { producer } = frameRing()
    expect(() => producer.write([new Uint8Array(4_093)], () => undefined)).toThrow(RangeError)
  })
})
