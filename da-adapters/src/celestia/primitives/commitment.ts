import { merkleRoot } from './merkle.ts'
import { nmtLeaf, nmtRoot, type Subtree } from './nmt.ts'
import { powerOfTwoDown, powerOfTwoUp } from './powers.ts'
import { type Blob, blobShares } from './shares.ts'

/** Subtree roots of a blob that the protocol aims at; more shares make them wider instead. */
const subtreeRootThreshold = 64

/** Rows of the smallest square that takes so many shares. */
export function squareWidthFor(shares: number): number {
  return powerOfTwoUp(Math.ceil(Math.sqrt(shares)))
}

/** Leaves of the widest subtree whose root goes into the commitment to a blob of so many shares. */
export function subtreeWidth(shares: number): number {
  return Math.min(powerOfTwoUp(Math.ceil(shares / subtreeRootThreshold)), squareWidthFor(shares))
}

/** First place at or after `cursor` where a blob of so many shares may begin. */
export function nextBlobStart(cursor: number, shares: number): number {
  const width = subtreeWidth(shares)
  return Math.ceil(cursor / width) * width
}

/** Sizes of the trees that a range of leaves falls into: each begins at a multiple of its size, none is wider than `width`. */
export function subtreeSizes(start: number, end: number, width: number): number[] {
  const sizes: number[] = []
  for (let from = start; from < end; ) {
    const aligned = from === 0 ? width : Math.min(width, from & -from)
    const size = Math.min(aligned, powerOfTwoDown(end - from))
    sizes.push(size)
    from += size
  }
  return sizes
}

/** Roots of the subtrees of consecutive shares of one namespace, which begin at a multiple of `width`. */
export function subtreesOf(namespace: Uint8Array, shares: readonly Uint8Array[], width: number): Subtree[] {
  let from = 0
  return subtreeSizes(0, shares.length, width).map((leaves) => {
    const node = nmtRoot(shares.slice(from, from + leaves).map((share) => nmtLeaf(namespace, share)))
    from += leaves
    return { leaves, node }
  })
}

/** The share commitment of a blob's shares: the Merkle root of its subtrees' roots; 32 bytes. */
export function commitmentOfShares(namespace: Uint8Array, shares: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(subtreesOf(namespace, shares, subtreeWidth(shares.length)).map(({ node }) => node))
}

/** The share commitment, which is the same wherever in a square the blob lies; 32 bytes. */
export function blobCommitment(blob: Blob): Uint8Array {
  return commitmentOfShares(blob.namespace, blobShares(blob))
}
