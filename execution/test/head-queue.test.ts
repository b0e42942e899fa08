import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeadQueue } from '../src/lane/head-queue.ts'

const heads = 70
const stride = 11

const hashOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash('sha256').update(Buffer.concat(parts)).digest()
const wordsOf = (bytes: Uint8Array): Int32Array => new Int32Array(new Uint8Array(bytes).buffer)
const digestOf = (text: number): Uint8Array => hashOf(Buffer.from(String(text)))

/** Heads in two pages, and the same ones as bytes. */
function twins() {
  const pages = [new Int32Array(heads * stride), new Int32Array(heads * stride)]
  const expected = new Map<number, Uint8Array>()
  const queue = new HeadQueue()
  const extend = (head: number, digest: Uint8Array): void => {
    queue.extend(pages[head % 2] as Int32Array, head * stride, wordsOf(digest))
    expected.set(head, hashOf(expected.get(head) ?? new Uint8Array(32), digest))
  }
  const headAt = (head: number): Uint8Array => {
    const page = pages[head % 2] as Int32Array
    return new Uint8Array(page.buffer, 4 * head * stride, 32)
  }
  const check = (): void => {
    queue.settle()
    for (const [head, bytes] of expected) expect(Buffer.from(headAt(head)).equals(bytes)).toBe(true)
  }
  return { extend, check }
}

test('extend › makes each head the hash of itself and the digest, in order, however often one comes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: heads - 1 }), { maxLength: 300 }), (order) => {
      const { extend, check } = twins()
      order.forEach((head, i) => void extend(head, digestOf(i)))
      check()
    }),
    { numRuns: 50 },
  )
})

test('settle › may be called at any time', () => {
  const { extend, check } = twins()
  check()
  extend(3, digestOf(1))
  check()
  check()
  extend(3, digestOf(2))
  check()
})
