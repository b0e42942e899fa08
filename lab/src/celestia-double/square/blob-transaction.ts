import { type Blob, namespaceBytes } from '@parley/da-adapters/celestia'
import { BinaryReader, BinaryWriter, WireType } from 'cosmjs-types/binary'

/** A transaction with the blobs that it pays for, as it is sent. */
export interface BlobTransaction {
  readonly transaction: Uint8Array
  readonly blobs: readonly Blob[]
}

const blobType = 'BLOB'
const indexType = 'INDX'

/** Reads a transaction that carries blobs; undefined when it is another one. */
export function decodeBlobTransaction(bytes: Uint8Array): BlobTransaction | undefined {
  const fields = readFields(bytes)
  const type = fields?.find(({ field }) => field === 3)?.value
  if (fields === undefined || !(type instanceof Uint8Array) || Buffer.from(type).toString() !== blobType)
    return undefined
  const bytesOf = (field: number) =>
    fields.filter((each) => each.field === field).map(({ value }) => value as Uint8Array)
  return { transaction: bytesOf(1)[0] ?? new Uint8Array(0), blobs: bytesOf(2).map(decodeBlob) }
}

export function encodeBlobTransaction({ transaction, blobs }: BlobTransaction): Uint8Array {
  const writer = BinaryWriter.create().tag(1, WireType.Bytes).bytes(transaction)
  for (const blob of blobs) writer.tag(2, WireType.Bytes).bytes(encodeBlob(blob))
  return writer.tag(3, WireType.Bytes).string(blobType).finish()
}

/** What stands in the square: the transaction without its blobs, and where they begin. */
export function encodeIndexed(transaction: Uint8Array, shareIndexes: readonly number[]): Uint8Array {
  const writer = BinaryWriter.create().tag(1, WireType.Bytes).bytes(transaction)
  writer.tag(2, WireType.Bytes).fork()
  for (const index of shareIndexes) writer.uint32(index)
  return writer.ldelim().tag(3, WireType.Bytes).string(indexType).finish()
}

function decodeBlob(bytes: Uint8Array): Blob {
  const fields = new Map((readFields(bytes) ?? []).map(({ field, value }) => [field, value]))
  const namespace = new Uint8Array(namespaceBytes)
  namespace[0] = Number(fields.get(4) ?? 0)
  namespace.set((fields.get(1) as Uint8Array | undefined) ?? [], 1)
  const blob = { namespace, data: (fields.get(2) as Uint8Array | undefined) ?? new Uint8Array(0) }
  const signer = fields.get(5) as Uint8Array | undefined
  return signer === undefined || signer.length === 0 ? blob : { ...blob, signer }
}

function encodeBlob({ namespace, data, signer }: Blob): Uint8Array {
  const writer = BinaryWriter.create()
    .tag(1, WireType.Bytes)
    .bytes(namespace.subarray(1))
    .tag(2, WireType.Bytes)
    .bytes(data)
  if (signer !== undefined) writer.tag(3, WireType.Varint).uint32(1)
  if (namespace[0] !== 0) writer.tag(4, WireType.Varint).uint32(namespace[0] as number)
  if (signer !== undefined) writer.tag(5, WireType.Bytes).bytes(signer)
  return writer.finish()
}

interface Field {
  readonly field: number
  readonly value: Uint8Array | number
}

/** Fields of numbers and bytes in their order; undefined when the bytes are no message of such. */
function readFields(bytes: Uint8Array): readonly Field[] | undefined {
  const fields: Field[] = []
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag()
      if (type === WireType.Bytes) fields.push({ field, value: reader.bytes() })
      else if (type === WireType.Varint) fields.push({ field, value: reader.uint32() })
      else return undefined
    }
  } catch {
    // Transactions of other kinds are bytes of any form.
    return undefined
  }
  return fields
}
