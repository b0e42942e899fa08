import { subtreeSizes, subtreeWidth } from './commitment.ts'
import { maxExtendedWidth } from './data-root.ts'
import { isInMerkleTree, type MerkleProof, merkleRoot } from './merkle.ts'
import { highestOf, lowestOf, type NmtProof, nmtNodeBytes, nmtRootOf } from './nmt.ts'
import { sameBytes } from './same-bytes.ts'

/** That a commitment's subtrees are in rows of a square, and these rows under a data root. */
export interface CommitmentProof {
  readonly namespace: Uint8Array
  readonly subtreeRoots: readonly Uint8Array[]
  /** One for each row. */
  readonly subtreeRootProofs: readonly NmtProof[]
  readonly rowRoots: readonly Uint8Array[]
  /** One for each row, to the data root. */
  readonly rowProofs: readonly MerkleProof[]
  readonly startRow: number
  readonly endRow: number
}

/** What a proof is held against. */
export interface CommittedBlob {
  readonly namespace: Uint8Array
  readonly commitment: Uint8Array
  readonly shares: number
}

/** @returns Undefined when the proof shows that the blob is under `dataRoot`, else what is wrong with it. */
export function wrongInCommitmentProof(
  proof: CommitmentProof,
  { namespace, commitment, shares }: CommittedBlob,
  dataRoot: Uint8Array,
): string | undefined {
  const { subtreeRoots, subtreeRootProofs, rowRoots, startRow, endRow } = proof
  if (subtreeRoots.some(({ length }) => length !== nmtNodeBytes)) return 'a subtree root is no node'
  if (!sameBytes(merkleRoot(subtreeRoots), commitment)) return 'the subtree roots have another commitment'
  if (!sameBytes(proof.namespace, namespace)) return 'the proof is of another namespace'
  if (!subtreeRoots.every((root) => isOf(root, namespace))) return 'a subtree root is of another namespace'
  if (rowRoots.length === 0 || subtreeRootProofs.length !== rowRoots.length)
    return 'there is not one proof for each row'
  if (endRow - startRow + 1 !== rowRoots.length) return 'the rows are not as many as it says'
  const wrongRows = wrongInRows(proof, dataRoot)
  return wrongRows ?? wrongInSubtrees(proof, shares)
}

const isOf = (node: Uint8Array, namespace: Uint8Array): boolean =>
  sameBytes(lowestOf(node), namespace) && sameBytes(highestOf(node), namespace)

/** Leaves of a row, of the tree over all rows and then all columns. */
const widthOf = ({ rowProofs }: CommitmentProof): number => (rowProofs[0]?.total ?? 0) / 2

function wrongInRows(proof: CommitmentProof, dataRoot: Uint8Array): string | undefined {
  const { rowRoots, rowProofs, startRow } = proof
  const width = widthOf(proof)
  if (width < 2 || width > maxExtendedWidth || !Number.isInteger(Math.log2(width))) return 'there is no such square'
  for (const [i, root] of rowRoots.entries()) {
    const row = rowProofs[i]
    if (row === undefined || rowProofs.length !== rowRoots.length) return 'there is not one Merkle proof for each row'
    // A column's root has its place after all rows: it must not pass for a row.
    if (row.total !== 2 * width || row.index !== startRow + i || row.index >= width)
      return `row ${i} is not where it says`
    if (root.length !== nmtNodeBytes || !isInMerkleTree(dataRoot, root, row))
      return `row ${i} is not under the data root`
  }
  return undefined
}

function wrongInSubtrees(proof: CommitmentProof, shares: number): string | undefined {
  const { subtreeRoots, subtreeRootProofs, rowRoots } = proof
  const width = widthOf(proof)
  const covered = subtreeRootProofs.reduce((sum, { start, end }) => sum + end - start, 0)
  if (covered !== shares) return `${covered} shares are proven, the blob has ${shares}`
  const subtree = subtreeWidth(shares)
  let taken = 0
  for (const [row, part] of subtreeRootProofs.entries()) {
    // A blob goes on from one row to the next within the original half.
    if (row > 0 && part.start !== 0) return `row ${row} does not go on from the one before`
    if (row + 1 < rowRoots.length && part.end !== width / 2) return `row ${row} ends before its last share`
    if (part.end > width / 2) return `row ${row} reaches into the extension`
    const sizes = subtreeSizes(part.start, part.end, subtree)
    const roots = subtreeRoots.slice(taken, taken + sizes.length)
    taken += sizes.length
    const found = nmtRootOf(
      width,
      part,
      roots.map((node, i) => ({ leaves: sizes[i] as number, node })),
    )
    if (found === undefined || !sameBytes(found, rowRoots[row] as Uint8Array))
      return `the subtree roots are not in row ${row}`
  }
  return taken === subtreeRoots.length ? undefined : 'there are more subtree roots than shares'
}
