import { expect, it } from 'vitest'
import { ByteWriter } from '../src/codec/bytes.ts'

it.each([
  ['uint8', 1, (writer: ByteWriter) => writer.uint8(7)],
  ['uint16', 2, (writer: ByteWriter) => writer.uint16(7)],
  ['uint32', 4, (writer: ByteWriter) => writer.uint32(7)],
  ['uint64', 8, (writer: ByteWriter) => writer.uint64(7n)],
  ['float64', 8, (writer: ByteWriter) => writer.float64(7)],
] as const)('byte writer › a %s that the buffer has no room for is written after it has grown', (_, size, write) => {
  const writer = new ByteWriter(4)
  writer.write(new Uint8Array(4))
  write(writer)
  expect(writer.written().length).toBe(4 + size)
  expect(
    writer
      .written()
      .subarray(4)
      .some((byte) => byte !== 0),
  ).toBe(true)
})
