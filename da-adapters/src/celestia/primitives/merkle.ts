import { sha256 } from '../../sha256.ts'
import { powerOfTwoDown } from './powers.ts'
import { sameBytes } from './same-bytes.ts'

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

/** That a leaf is at an index of a tree; hashes of 32 bytes. */
export interface MerkleProof {
  readonly total: number
  readonly index: number
  readonly leafHash: Uint8Array
  /** From the leaf upwards. */
  readonly aunts: readonly Uint8Array[]
}

const leafHash = (leaf: Uint8Array): Uint8Array => sha256(leafPrefix, leaf)
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(nodePrefix, left, right)

/** Leaves left of the root's right child: the largest power of two below `total`. */
const splitOf = (total: number): number => powerOfTwoDown(total - 1)

/** Root of RFC 6962, which CometBFT uses everywhere; that of no leaves is the SHA-256 of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? sha256() : rootOf(leaves.map(leafHash))
}

function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0] as Uint8Array
  const split = splitOf(hashes.length)
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)))
}

export function merkleProof(leaves: readonly Uint8Array[], index: number): MerkleProof {
  const hashes = leaves.map(leafHash)
  const aunts: Uint8Array[] = []
  for (let [from, to] = [0, hashes.length]; to - from > 1; ) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      aunts.unshift(rootOf(hashes.slice(middle, to)))
      to = middle
    } else {
      aunts.unshift(rootOf(hashes.slice(from, middle)))
      from = middle
    }
  }
  return { total: leaves.length, index, leafHash: hashes[index] as Uint8Array, aunts }
}

/** Whether the proof leads from `leaf` to `root`, with exactly the aunts that its total and index ask for. */
export function isInMerkleTree(root: Uint8Array, leaf: Uint8Array, { total, index, ...proof }: MerkleProof): boolean {
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(index) || index < 0 || index >= total) return false
  const hash = leafHash(leaf)
  if (!sameBytes(hash, proof.leafHash)) return false
  const aunts = [...proof.aunts]
  const found = climb(hash, total, index, aunts)
  return found !== undefined && aunts.length === 0 && sameBytes(found, root)
}

function climb(hash: Uint8Array, total: number, index: number, aunts: Uint8Array[]): Uint8Array | undefined {
  if (total === 1) return hash
  const aunt = aunts.pop()
  if (aunt?.length !== 32) return undefined
  const split = splitOf(total)
  const inside = index < split ? climb(hash, split, index, aunts) : climb(hash, total - split, index - split, aunts)
  if (inside === undefined) return undefined
  return index < split ? nodeHash(inside, aunt) : nodeHash(aunt, inside)
}
