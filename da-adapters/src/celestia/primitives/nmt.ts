import { sha256 } from '../../sha256.ts'
import { compareNamespaces, namespaceBytes, parityNamespace } from './namespace.ts'
import { sameBytes } from './same-bytes.ts'

/** A node of a namespaced Merkle tree: lowest namespace, highest namespace, SHA-256. */
export const nmtNodeBytes = 2 * namespaceBytes + 32

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

export const lowestOf = (node: Uint8Array): Uint8Array => node.subarray(0, namespaceBytes)
export const highestOf = (node: Uint8Array): Uint8Array => node.subarray(namespaceBytes, 2 * namespaceBytes)

/** A leaf: `share` under the namespace that its place gives it, which is the parity's outside the original square. */
export function nmtLeaf(namespace: Uint8Array, share: Uint8Array): Uint8Array {
  return Buffer.concat([namespace, namespace, sha256(leafPrefix, namespace, share)], nmtNodeBytes)
}

/** The node above two others; undefined when they are not in order. Parity on the right does not raise the highest. */
export function nmtNode(left: Uint8Array, right: Uint8Array): Uint8Array | undefined {
  if (compareNamespaces(highestOf(left), lowestOf(right)) > 0) return undefined
  const highest = sameBytes(lowestOf(right), parityNamespace) ? highestOf(left) : highestOf(right)
  return Buffer.concat([lowestOf(left), highest, sha256(nodePrefix, left, right)], nmtNodeBytes)
}

/** Root of leaves in order, as many as a power of two. */
export function nmtRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let level = leaves
  while (level.length > 1) level = pairs(level)
  return level[0] as Uint8Array
}

/** The level of nodes above `level`. */
export function pairs(level: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: level.length / 2 }, (_, i) => {
    const node = nmtNode(level[2 * i] as Uint8Array, level[2 * i + 1] as Uint8Array)
    if (node === undefined) throw new RangeError('leaves are not in the order of their namespaces')
    return node
  })
}

/** Leaves `start` to `end`, the latter not included, with the nodes beside them from left to right. */
export interface NmtProof {
  readonly start: number
  readonly end: number
  readonly nodes: readonly Uint8Array[]
  /** Of a proof of absence: the leaf where the namespace would be. */
  readonly leafHash?: Uint8Array
}

/** A complete subtree of `leaves` leaves. */
export interface Subtree {
  readonly leaves: number
  readonly node: Uint8Array
}

/**
 * Root of a tree of `width` leaves (a power of two) in which `subtrees` stand one after another from `start` to `end`.
 * @returns Undefined when the proof has too few or too many nodes, some are no nodes, or they are not in order.
 */
export function nmtRootOf(
  width: number,
  { start, end, nodes }: NmtProof,
  subtrees: readonly Subtree[],
): Uint8Array | undefined {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return undefined
  if (start < 0 || end <= start || end > width || nodes.some(({ length }) => length !== nmtNodeBytes)) return undefined
  let beside = 0
  let inside = 0
  const walk = (from: number, leaves: number): Uint8Array | undefined => {
    if (from + leaves <= start || from >= end) return nodes[beside++]
    const next = subtrees[inside]
    if (next?.leaves === leaves && from >= start && from + leaves <= end) {
      inside++
      return next.node
    }
    if (leaves === 1) return undefined
    const left = walk(from, leaves / 2)
    const right = left && walk(from + leaves / 2, leaves / 2)
    return left && right && nmtNode(left, right)
  }
  const root = walk(0, width)
  return beside === nodes.length && inside === subtrees.length ? root : undefined
}
