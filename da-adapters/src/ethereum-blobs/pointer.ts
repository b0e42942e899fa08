import { maxPointerBytes } from '@parley/protocol'
import { pointerInvalid } from '../fault.ts'
import { blobsLayer } from './layer.ts'

const version = 1
const headBytes = 1 + 8 + 8
const hashBytes = 32
/** Versioned hashes of a pointer at most, within `maxPointerBytes`. */
const maxHashes = 30
/** EIP-4844's version byte of a hash over a KZG commitment. */
const kzgVersion = 1
const maxInteger = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * What a pointer of this layer says: version uint8 = 1 ‖ L1 block number uint64 ‖ that block's timestamp uint64 ‖ the
 * blobs' versioned hashes in order; integers big-endian. The hashes decide; block and time are where to look first.
 */
export interface BlobPointer {
  readonly blockNumber: bigint
  /** Seconds since 1970. */
  readonly timestamp: bigint
  /** 1 to 30 versioned hashes, all different. */
  readonly versionedHashes: readonly Uint8Array[]
}

export function encodeBlobPointer({ blockNumber, timestamp, versionedHashes }: BlobPointer): Uint8Array {
  const pointer = new Uint8Array(headBytes + versionedHashes.length * hashBytes)
  if (pointer.length > maxPointerBytes) throw new RangeError(`${versionedHashes.length} hashes do not fit a pointer`)
  const view = new DataView(pointer.buffer)
  view.setUint8(0, version)
  view.setBigUint64(1, blockNumber)
  view.setBigUint64(9, timestamp)
  for (const [i, hash] of versionedHashes.entries()) pointer.set(hash, headBytes + i * hashBytes)
  return pointer
}

/** @throws {DaError} `DA_POINTER_INVALID`. */
export function decodeBlobPointer(pointer: Uint8Array): BlobPointer {
  const refuse = (reason: string): never => {
    throw pointerInvalid(blobsLayer, pointer, reason)
  }
  if (pointer[0] !== version) refuse(`has version ${pointer[0]}, only ${version} is known`)
  const count = (pointer.length - headBytes) / hashBytes
  if (!Number.isInteger(count) || count < 1 || count > maxHashes)
    refuse(`has ${pointer.length} bytes, not ${headBytes} and ${hashBytes} for each of 1 to ${maxHashes} blobs`)
  const view = new DataView(pointer.buffer, pointer.byteOffset, pointer.byteLength)
  const blockNumber = view.getBigUint64(1)
  const timestamp = view.getBigUint64(9)
  if (blockNumber > maxInteger) refuse(`block number ${blockNumber} is above 2^53`)
  if (timestamp > maxInteger) refuse(`timestamp ${timestamp} is above 2^53`)
  const versionedHashes = Array.from({ length: count }, (_, i) =>
    pointer.slice(headBytes + i * hashBytes, headBytes + (i + 1) * hashBytes),
  )
  if (versionedHashes.some((hash) => hash[0] !== kzgVersion)) refuse('a hash is not one of a KZG commitment')
  if (new Set(versionedHashes.map(toHex)).size !== count) refuse('a hash stands twice')
  return { blockNumber, timestamp, versionedHashes }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
