import type { AxisRoots } from './data-root.ts'
import { compareNamespaces, namespaceBytes } from './namespace.ts'
import { highestOf, lowestOf, type NmtProof, nmtLeaf, nmtNodeBytes, nmtRootOf } from './nmt.ts'
import { sameBytes } from './same-bytes.ts'
import { shareBytes } from './shares.ts'

/** What one row has of a namespace: its shares, or the proof that it has none. */
export interface NamespaceRow {
  readonly shares: readonly Uint8Array[]
  readonly proof: NmtProof
}

/**
 * All shares of a namespace in a square, checked to be complete: by the rows whose roots span it, each proven to the
 * root, and by the neighbours of each range, which are of other namespaces.
 * @returns No shares when the namespace is proven to be absent; `wrong` when the proof does not hold.
 */
export function namespaceShares(
  { rows }: AxisRoots,
  namespace: Uint8Array,
  parts: readonly NamespaceRow[],
): readonly Uint8Array[] | { readonly wrong: string } {
  const spanning = rows.filter((root) => spans(root, namespace))
  if (spanning.length !== parts.length)
    return { wrong: `${parts.length} rows are served, ${spanning.length} span the namespace` }
  const shares: Uint8Array[] = []
  for (const [i, root] of spanning.entries()) {
    const part = parts[i] as NamespaceRow
    const wrong = wrongInRow(root, rows.length, namespace, part)
    if (wrong !== undefined) return { wrong: `row ${i} of the namespace: ${wrong}` }
    shares.push(...part.shares)
  }
  return shares
}

const spans = (root: Uint8Array, namespace: Uint8Array): boolean =>
  compareNamespaces(lowestOf(root), namespace) <= 0 && compareNamespaces(namespace, highestOf(root)) <= 0

function wrongInRow(
  root: Uint8Array,
  width: number,
  namespace: Uint8Array,
  { shares, proof }: NamespaceRow,
): string | undefined {
  const leaves = shares.length === 0 ? absentLeaf(namespace, proof) : presentLeaves(namespace, shares)
  if ('wrong' in leaves) return leaves.wrong
  if (proof.end - proof.start !== leaves.nodes.length) return 'the range has another length than the shares'
  const found = nmtRootOf(
    width,
    proof,
    leaves.nodes.map((node) => ({ leaves: 1, node })),
  )
  if (found === undefined || !sameBytes(found, root)) return 'the proof does not lead to the row’s root'
  const left = leftOf(proof)
  if (proof.nodes.slice(0, left).some((node) => compareNamespaces(highestOf(node), namespace) >= 0))
    return 'there are more shares of it to the left'
  if (proof.nodes.slice(left).some((node) => compareNamespaces(lowestOf(node), namespace) <= 0))
    return 'there are more shares of it to the right'
  return undefined
}

type Leaves = { readonly nodes: readonly Uint8Array[] } | { readonly wrong: string }

function absentLeaf(namespace: Uint8Array, { leafHash }: NmtProof): Leaves {
  if (leafHash?.length !== nmtNodeBytes) return { wrong: 'there are no shares and no proof of absence' }
  if (compareNamespaces(lowestOf(leafHash), namespace) <= 0) return { wrong: 'the leaf in its place is not above it' }
  return { nodes: [leafHash] }
}

function presentLeaves(namespace: Uint8Array, shares: readonly Uint8Array[]): Leaves {
  for (const share of shares)
    if (share.length !== shareBytes || !sameBytes(share.subarray(0, namespaceBytes), namespace))
      return { wrong: 'a share is of another namespace' }
  return { nodes: shares.map((share) => nmtLeaf(namespace, share)) }
}

/** Nodes left of the range: one for each bit of its start. */
function leftOf({ start }: NmtProof): number {
  let bits = 0
  for (let rest = start; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}
