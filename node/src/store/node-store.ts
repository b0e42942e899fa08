import type { AbstractLevel, AbstractSublevel } from 'abstract-level'
import { NodeError } from '../faults.ts'

/** Any database of the `level` family; nothing else may write to it. */
export type NodeStore = AbstractLevel<string | Buffer | Uint8Array, string, string>

/** One kind of records in a store: bytes under bytes. */
export type Table = AbstractSublevel<NodeStore, string | Buffer | Uint8Array, Uint8Array, Uint8Array>

export function tableOf(db: NodeStore, name: string): Table {
  return db.sublevel<Uint8Array, Uint8Array>(name, { keyEncoding: 'view', valueEncoding: 'view' })
}

/** Writes to any tables that become visible and durable together. */
export type Write =
  | { readonly type: 'put'; readonly sublevel: Table; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly sublevel: Table; readonly key: Uint8Array }

export const put = (sublevel: Table, key: Uint8Array, value: Uint8Array): Write => ({
  type: 'put',
  sublevel,
  key,
  value,
})
export const del = (sublevel: Table, key: Uint8Array): Write => ({ type: 'del', sublevel, key })

/** All or none of the writes happen, whatever ends the process. */
export async function writeAll(db: NodeStore, writes: readonly Write[]): Promise<void> {
  if (writes.length > 0) await db.batch<Uint8Array, Uint8Array>([...writes], {})
}

/** Key of whole numbers, each in `bytes` bytes, big-endian, so that keys sort as they count. */
export function keyOf(...parts: readonly (readonly [value: bigint | number, bytes: 1 | 4 | 8])[]): Uint8Array {
  const key = new Uint8Array(parts.reduce((sum, [, bytes]) => sum + bytes, 0))
  const view = new DataView(key.buffer)
  let offset = 0
  for (const [value, bytes] of parts) {
    if (bytes === 8) view.setBigUint64(offset, BigInt(value))
    else if (bytes === 4) view.setUint32(offset, Number(value))
    else view.setUint8(offset, Number(value))
    offset += bytes
  }
  return key
}

export const numberKey = (number: bigint): Uint8Array => keyOf([number, 8])

/** Number in the 8 bytes at `offset` of a key or value. */
export function numberAt(bytes: Uint8Array, offset = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset)
}

/** Reads a stored record. @throws {NodeError} `STORE_INVALID`. */
export function decodeRecord<T>(record: string, type: { deserialize(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    // Stores give Buffers, whose slices share memory; fields of a record are bytes of their own.
    return type.deserialize(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
  } catch (cause) {
    throw new NodeError({ code: 'STORE_INVALID', record, reason: 'does not decode' }, { cause })
  }
}
