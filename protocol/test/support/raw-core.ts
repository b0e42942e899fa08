import { deflateRawSync } from 'node:zlib'
import { ByteWriter } from '../../src/codec/byte-writer.ts'

/** Bytes of a core laid out by hand, so that each can be wrong: numbers are varints unless they come as bytes. */
export type Columns = readonly (number | bigint | Uint8Array)[]

export function columns(values: Columns): Uint8Array {
  const writer = new ByteWriter()
  for (const value of values) {
    if (value instanceof Uint8Array) writer.bytes(value)
    else writer.varint(value)
  }
  return writer.finish()
}

/** Bytes from hex. */
export const raw = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

export const plain = (narrow: Columns, wide: Columns = [], version = 1): Uint8Array => {
  const bytes = columns(narrow)
  return columns([version, 0, bytes.length, bytes, ...wide])
}

/** As `plain` with a deflated narrow part; `stated` and `stored` stand in for its true lengths. */
export function deflated(
  narrow: Uint8Array,
  wide: Columns = [],
  { stated = narrow.length, after = new Uint8Array() }: { stated?: number; after?: Uint8Array } = {},
): Uint8Array {
  const stream = deflateRawSync(narrow)
  return columns([1, 1, stated, stream.length + after.length, stream, after, ...wide])
}

/** Narrow columns of one block with one run of shard 5 and one segment of `kind`, then `rest`. */
export const oneSegment = (kind: number, ...rest: Columns): Columns => [
  1,
  1_000,
  7,
  1,
  raw('05'),
  1,
  raw(`0${kind}`),
  ...rest,
]
