import { maxPointerBytes } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { decodeBlobPointer, encodeBlobPointer } from '../src/ethereum-blobs/pointer.ts'

const hash = (n: number) => {
  const bytes = new Uint8Array(32).fill(n)
  bytes[0] = 1
  return bytes
}
const pointerOf = (count: number) =>
  encodeBlobPointer({
    blockNumber: 0x0102030405n,
    timestamp: 1_800_000_000n,
    versionedHashes: Array.from({ length: count }, (_, i) => hash(i)),
  })
const codeOf = (bytes: Uint8Array) => {
  try {
    decodeBlobPointer(bytes)
    return 'accepted'
  } catch (error) {
    return (error as { fault?: { code: string; reason: string } }).fault
  }
}

describe('blob pointer', () => {
  test('layout › version, block number, timestamp, hashes', () => {
    expect(Buffer.from(pointerOf(1)).toString('hex')).toBe(
      `01${'0000000102030405'}${'000000006b49d200'}01${'00'.repeat(31)}`,
    )
  })

  test.each([1, 6, 30])('round trip › %i blobs', (count) => {
    const pointer = pointerOf(count)
    expect(pointer.length).toBeLessThanOrEqual(maxPointerBytes)
    const decoded = decodeBlobPointer(pointer)
    expect(decoded.blockNumber).toBe(0x0102030405n)
    expect(decoded.timestamp).toBe(1_800_000_000n)
    expect(encodeBlobPointer(decoded)).toEqual(pointer)
  })

  test.each([
    ['no hash', pointerOf(1).slice(0, 17), 'has 17 bytes'],
    ['more hashes than fit', new Uint8Array(17 + 31 * 32).fill(1), 'has 1009 bytes'],
    ['a hash that is none of KZG', Uint8Array.from(pointerOf(1), (byte, i) => (i === 17 ? 2 : byte)), 'KZG'],
    ['a hash twice', Uint8Array.from([...pointerOf(1), ...hash(0)]), 'twice'],
    ['a block number above 2^53', Uint8Array.from(pointerOf(1), (byte, i) => (i === 1 ? 1 : byte)), 'above 2^53'],
    ['a timestamp above 2^53', Uint8Array.from(pointerOf(1), (byte, i) => (i === 9 ? 1 : byte)), 'above 2^53'],
  ])('decode › refuses %s', (_what, bytes, reason) => {
    expect(codeOf(bytes)).toMatchObject({ code: 'DA_POINTER_INVALID', reason: expect.stringContaining(reason) })
  })
})
