import { pointerInvalid } from '../fault.ts'
import { sha256 } from '../sha256.ts'
import { celestiaLayer } from './layer.ts'
import { isUserNamespace, namespaceBytes } from './primitives/namespace.ts'

const version = 1
const chainBytes = 4
const hashBytes = 32
const blobBytes = hashBytes + 4
const headBytes = 1 + chainBytes + 8 + namespaceBytes + 1
const tailBytes = 2 * hashBytes

/** Blobs of one publication at most: they go in one transaction. */
export const maxBlobsPerPublication = 2

/** One blob of a publication: its share commitment and its bytes. */
export interface PointedBlob {
  readonly commitment: Uint8Array
  readonly length: number
}

/** What a pointer of this layer says. */
export interface CelestiaPointer {
  /** First 4 bytes of the SHA-256 of the network's chain id. */
  readonly chain: Uint8Array
  /** At least 1, at most 2^53 - 1. */
  readonly height: bigint
  readonly namespace: Uint8Array
  /** In the order of their bytes. */
  readonly blobs: readonly PointedBlob[]
  /** Of the block at that height. */
  readonly dataRoot: Uint8Array
  /** SHA-256 of all bytes. */
  readonly digest: Uint8Array
}

/** How pointers name the network. */
export function chainMark(chainId: string): Uint8Array {
  return Uint8Array.from(sha256(Buffer.from(chainId)).subarray(0, chainBytes))
}

/** version uint8 = 1 ‖ chain 4 ‖ height uint64 ‖ namespace 29 ‖ count uint8 ‖ (commitment 32 ‖ length uint32)… ‖ data root 32 ‖ SHA-256 32. */
export function encodeCelestiaPointer({ chain, height, namespace, blobs, ...roots }: CelestiaPointer): Uint8Array {
  const pointer = new Uint8Array(headBytes + blobs.length * blobBytes + tailBytes)
  const view = new DataView(pointer.buffer)
  pointer[0] = version
  pointer.set(chain, 1)
  view.setBigUint64(1 + chainBytes, height)
  pointer.set(namespace, 1 + chainBytes + 8)
  pointer[headBytes - 1] = blobs.length
  for (const [i, { commitment, length }] of blobs.entries()) {
    const at = headBytes + i * blobBytes
    pointer.set(commitment, at)
    view.setUint32(at + hashBytes, length)
  }
  pointer.set(roots.dataRoot, pointer.length - tailBytes)
  pointer.set(roots.digest, pointer.length - hashBytes)
  return pointer
}

/** @throws {DaError} `DA_POINTER_INVALID`, of another network, too. */
export function decodeCelestiaPointer(
  bytes: Uint8Array,
  expected: { chain: Uint8Array; maxBytes: number },
): CelestiaPointer {
  const invalid = (reason: string) => pointerInvalid(celestiaLayer, bytes, reason)
  if (bytes.length < headBytes) throw invalid(`has ${bytes.length} bytes, at least ${headBytes} are needed`)
  if (bytes[0] !== version) throw invalid(`has version ${bytes[0]}, only ${version} is known`)
  const chain = bytes.slice(1, 1 + chainBytes)
  if (Buffer.compare(chain, expected.chain) !== 0) throw invalid('is of another network')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const height = view.getBigUint64(1 + chainBytes)
  if (height === 0n || height > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`height ${height} is out of bounds`)
  const namespace = bytes.slice(headBytes - 1 - namespaceBytes, headBytes - 1)
  if (!isUserNamespace(namespace)) throw invalid('names a namespace in which nobody publishes')
  const count = bytes[headBytes - 1] ?? 0
  if (count < 1 || count > maxBlobsPerPublication)
    throw invalid(`names ${count} blobs, allowed are 1 to ${maxBlobsPerPublication}`)
  const length = headBytes + count * blobBytes + tailBytes
  if (bytes.length !== length) throw invalid(`has ${bytes.length} bytes, not the ${length} of ${count} blobs`)
  const blobs = Array.from({ length: count }, (_, i): PointedBlob => {
    const at = headBytes + i * blobBytes
    return { commitment: bytes.slice(at, at + hashBytes), length: view.getUint32(at + hashBytes) }
  })
  const total = blobs.reduce((sum, blob) => sum + blob.length, 0)
  if (blobs.some((blob) => blob.length === 0) || total > expected.maxBytes)
    throw invalid(`names ${total} bytes, allowed are 1 to ${expected.maxBytes}`)
  const dataRoot = bytes.slice(length - tailBytes, length - hashBytes)
  return { chain, height, namespace, blobs, dataRoot, digest: bytes.slice(length - hashBytes) }
}
