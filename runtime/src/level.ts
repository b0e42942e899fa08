import { crc32 } from 'node:zlib'

/** Keys from `gte` on, below `lt` or up to `lte`. */
export interface KeyRange {
  readonly gte?: Uint8Array
  readonly lt?: Uint8Array
  readonly lte?: Uint8Array
  readonly limit?: number
  readonly reverse?: boolean
  /** Bytes that a store reads ahead at once, if it can. */
  readonly highWaterMarkBytes?: number
}

export type BytesOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/**
 * An ordered store of bytes under bytes: the part of abstract-level that is used here, so that classic-level and
 * memory-level fit with `view` encodings. Batches are atomic. Whoever opened it closes it.
 */
export interface BytesLevel {
  open(): Promise<void>
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  batch(operations: BytesOperation[], options: { readonly sync: boolean }): Promise<void>
  clear(range: KeyRange): Promise<void>
  keys(range: KeyRange): { all(): Promise<Uint8Array[]> }
  iterator(range: KeyRange): AsyncIterable<[Uint8Array, Uint8Array]>
}

/** Write option: return only when the bytes are on disk. */
export const durable = { sync: true } as const

/** Write option: the bytes may be lost in a crash, and may be made again. */
export const lazy = { sync: false } as const

/** A key under `prefix`. Numbers in keys are big-endian, so that keys sort as they count. */
export function keyOf(prefix: string, ...numbers: readonly bigint[]): Uint8Array {
  const key = new Uint8Array(prefix.length + 8 * numbers.length)
  const view = new DataView(key.buffer)
  for (let i = 0; i < prefix.length; i += 1) key[i] = prefix.charCodeAt(i)
  numbers.forEach((number, i) => {
    view.setBigUint64(prefix.length + 8 * i, number)
  })
  return key
}

/** Number at the end of a key. */
export function lastNumberOf(key: Uint8Array): bigint {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(key.length - 8)
}

/** Above every number a key can hold as its last. */
export const highestNumber = 2n ** 64n - 1n

/** `parts` behind a CRC-32 that also covers the key: a value that strayed to another key does not check. */
export function checksummed(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = new Uint8Array(4 + parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 4
  for (const part of parts) {
    value.set(part, offset)
    offset += part.length
  }
  new DataView(value.buffer).setUint32(0, crc32(value.subarray(4), crc32(key)))
  return value
}

/** What `checksummed` was given, as one part; undefined when it is not what was written. */
export function unchecksummed(key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
  if (value.length < 4) return undefined
  const stored = new DataView(value.buffer, value.byteOffset, 4).getUint32(0)
  // Some stores give Buffers, whose slices share memory where those of plain arrays are copies.
  const content = new Uint8Array(value.buffer, value.byteOffset + 4, value.byteLength - 4)
  return crc32(content, crc32(key)) === stored ? content : undefined
}
