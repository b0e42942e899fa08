import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blobsFor, packBlobs, unpackBlobs, usableBytesPerBlob } from '../src/ethereum-blobs/packing.ts'

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff)

/** Field elements are below the BLS12-381 scalar modulus when their first byte is below its first. */
const isCanonical = (blob: Uint8Array) => blob.every((byte, i) => i % 32 !== 0 || byte < 0x73)

describe('packing', () => {
  test('usable bytes › are 130,042 a blob', () => {
    expect(usableBytesPerBlob).toBe(130_042)
    expect([1, 130_042, 130_043, 780_252].map(blobsFor)).toEqual([1, 1, 2, 6])
  })

  test.each([1, 2, 30, 31, 121, 122, 127, 128, 130_041, 130_042, 130_043, 260_084, 260_085, 780_252])(
    'round trip › %i bytes',
    (length) => {
      const data = bytesOf(length)
      const blobs = packBlobs(data)
      expect(blobs.length).toBe(blobsFor(length))
      expect(blobs.every((blob) => blob.length === 131_072 && isCanonical(blob))).toBe(true)
      const unpacked = unpackBlobs(blobs)
      expect('data' in unpacked && Buffer.compare(unpacked.data, data)).toBe(0)
    },
  )

  test('round trip › any bytes, the highest included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), (data) => {
        const unpacked = unpackBlobs(packBlobs(data))
        return 'data' in unpacked && Buffer.compare(unpacked.data, data) === 0
      }),
      { seed: 1, numRuns: 60 },
    )
    const highest = new Uint8Array(usableBytesPerBlob).fill(0xff)
    const blobs = packBlobs(highest)
    expect(blobs.every(isCanonical)).toBe(true)
    expect(unpackBlobs(blobs)).toEqual({ data: highest })
  })

  test('blobs of equal content › differ, for a pointer names each hash once', () => {
    const [first, second] = packBlobs(new Uint8Array(2 * usableBytesPerBlob))
    expect(Buffer.compare(first!, second!)).not.toBe(0)
  })

  test('unpack › only what pack makes is accepted: every flipped bit is noticed', () => {
    const data = bytesOf(300)
    const blob = packBlobs(data)[0]!
    fc.assert(
      fc.property(fc.nat(131_072 * 8 - 1), (bit) => {
        const flipped = blob.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const unpacked = unpackBlobs([flipped])
        return 'wrong' in unpacked || Buffer.compare(unpacked.data, data) !== 0
      }),
      { seed: 2, numRuns: 300 },
    )
  })

  // Elements hold bytes 1 to 31 of the stream; the header is bytes 1 to 6 of the first element.
  test.each([
    ['an element of 255 bits', 0, 32, 0x40, 'an element uses more than 254 bits'],
    ['another version', 0, 1, 2, 'has version 2'],
    ['another index', 0, 2, 1, 'says that it is blob 1'],
    ['another count', 0, 3, 3, 'says that there are 3 blobs'],
    ['a part that is not full before the last', 0, 6, 0xf9, 'is not the last'],
    ['a length beyond the blob', 1, 4, 0xff, 'says that it carries'],
    ['padding that is not zero', 1, 131_071, 1, 'padding byte'],
    ['padding bits that are not zero', 1, 131_072 - 32, 1, 'padding byte'],
  ])('unpack › refuses %s', (_what, index, at, value, reason) => {
    const blobs = packBlobs(bytesOf(usableBytesPerBlob + 100))
    blobs[index]![at] = value
    expect(unpackBlobs(blobs)).toEqual({ wrong: expect.stringContaining(reason) })
  })

  test('unpack › refuses blobs out of order, too few and cut ones', () => {
    const blobs = packBlobs(bytesOf(usableBytesPerBlob + 100))
    expect(unpackBlobs(blobs.toReversed())).toHaveProperty('wrong')
    expect(unpackBlobs(blobs.slice(0, 1))).toHaveProperty('wrong')
    expect(unpackBlobs([blobs[0]!, blobs[1]!.slice(0, -32)])).toEqual({ wrong: 'blob 1: has 131040 bytes' })
  })

  test('unpack › refuses a last blob that carries nothing', () => {
    const blobs = packBlobs(bytesOf(usableBytesPerBlob + 1))
    blobs[1]!.set([0, 0, 0], 4)
    expect(unpackBlobs(blobs)).toEqual({ wrong: 'blob 1: says that it carries 0 bytes' })
  })
})
