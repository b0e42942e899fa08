import { maxBlobsPerPublication } from '../pointer.ts'
import { blobCommitment } from '../primitives/commitment.ts'
import { sharesFor } from '../primitives/shares.ts'

/** Bytes of one blob at most unless configured otherwise. */
export const defaultMaxBlobBytes = 4 * 1024 * 1024

/** Bytes of one publication at most: the whole transaction has 8 MiB at most. */
export const celestiaMaxBytes = 7 * 1024 * 1024

/** What a transaction with blobs costs in gas: for each share, for each blob, and for itself. */
const gasPerShare = 4_096
const gasPerBlob = 700
const gasPerTransaction = 75_000

/** Lengths of the blobs that so many bytes go in. */
export function blobLengths(bytes: number, maxBlobBytes: number): number[] {
  const lengths: number[] = []
  for (let left = bytes; left > 0; left -= maxBlobBytes) lengths.push(Math.min(left, maxBlobBytes))
  return lengths
}

/** Most bytes that the blobs of one publication carry. */
export function publicationBytes(maxBlobBytes: number): number {
  return Math.min(celestiaMaxBytes, maxBlobBytes * maxBlobsPerPublication)
}

export function gasOf(lengths: readonly number[]): number {
  const shares = lengths.reduce((sum, length) => sum + sharesFor(length), 0)
  return gasPerShare * shares + gasPerBlob * lengths.length + gasPerTransaction
}

/** In utia, as nodes compute it: rounded up, and not refunded. */
export function feeOf(gas: number, price: number): bigint {
  return BigInt(Math.ceil(gas * price))
}

/** A blob of a publication with its commitment. */
export interface Chunk {
  readonly data: Uint8Array
  readonly commitment: Uint8Array
}

export function chunksOf(data: Uint8Array, namespace: Uint8Array, maxBlobBytes: number): Chunk[] {
  let at = 0
  return blobLengths(data.length, maxBlobBytes).map((length) => {
    const part = data.subarray(at, at + length)
    at += length
    return { data: part, commitment: blobCommitment({ namespace, data: part }) }
  })
}
