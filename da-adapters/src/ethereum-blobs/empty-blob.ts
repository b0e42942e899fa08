import type { BlobSidecar } from './blob-transaction.ts'
import type { Hex } from './l1.ts'
import { bytesPerBlob } from './layer.ts'
import { versionedHash } from './versioned-hash.ts'

/** The point at infinity of BLS12-381's G1, compressed: commitment and every proof of a blob of zeros. */
const infinity = new Uint8Array(48)
infinity[0] = 0xc0

const cellsPerBlob = 128

/** A blob of zeros, for a blob transaction that says nothing. */
export const emptyBlob: BlobSidecar = {
  blobs: [new Uint8Array(bytesPerBlob)],
  commitments: [infinity],
  cellProofs: Array.from({ length: cellsPerBlob }, () => infinity),
}

export const emptyVersionedHash: Hex = `0x${Buffer.from(versionedHash(infinity)).toString('hex')}`

export const isBlobTransaction = (signed: Hex): boolean => signed.startsWith('0x03')
