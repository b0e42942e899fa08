import {
  type CommitmentProof,
  compareNamespaces,
  highestOf,
  lowestOf,
  merkleProof,
  type NmtProof,
  subtreeSizes,
  subtreeWidth,
} from '@parley/da-adapters/celestia'
import type { ExtendedSquare, NmtLevels } from './extended-square.ts'
import type { PlacedBlob } from './square.ts'

/** The nodes beside leaves `start` to `end`, from left to right. */
export function rangeProof(levels: NmtLevels, start: number, end: number): NmtProof {
  const nodes: Uint8Array[] = []
  const walk = (level: number, index: number): void => {
    const from = index * 2 ** level
    const to = from + 2 ** level
    if (to <= start || from >= end) nodes.push(levels[level]?.[index] as Uint8Array)
    else if (level > 0 && (from < start || to > end)) {
      walk(level - 1, 2 * index)
      walk(level - 1, 2 * index + 1)
    } else if (level > 0) return
  }
  walk(levels.length - 1, 0)
  return { start, end, nodes }
}

/** The rows that a blob lies in, and which of their shares are its. */
function* rowsOf({ start, shares }: PlacedBlob, half: number): Generator<{ row: number; from: number; to: number }> {
  for (let at = start; at < start + shares; ) {
    const row = Math.floor(at / half)
    const to = Math.min((row + 1) * half, start + shares)
    yield { row, from: at - row * half, to: to - row * half }
    at = to
  }
}

/** Shows a blob's commitment under the data root. */
export function commitmentProofOf(square: ExtendedSquare, placed: PlacedBlob): Omit<CommitmentProof, 'namespace'> {
  const half = square.width / 2
  const width = subtreeWidth(placed.shares)
  const subtreeRoots: Uint8Array[] = []
  const subtreeRootProofs: NmtProof[] = []
  const rows = [...rowsOf(placed, half)]
  for (const { row, from, to } of rows) {
    const levels = square.rows[row] as NmtLevels
    let at = from
    for (const size of subtreeSizes(from, to, width)) {
      subtreeRoots.push(levels[Math.log2(size)]?.[at / size] as Uint8Array)
      at += size
    }
    subtreeRootProofs.push(rangeProof(levels, from, to))
  }
  const axes = [...square.roots.rows, ...square.roots.columns]
  return {
    subtreeRoots,
    subtreeRootProofs,
    rowRoots: rows.map(({ row }) => square.roots.rows[row] as Uint8Array),
    rowProofs: rows.map(({ row }) => merkleProof(axes, row)),
    startRow: rows[0]?.row ?? 0,
    endRow: rows.at(-1)?.row ?? 0,
  }
}

/** One row's shares of a namespace with their proof, or the proof that it has none. */
export interface NamespacePart {
  readonly shares: readonly Uint8Array[]
  readonly proof: NmtProof
}

/** What every row that spans the namespace has of it. */
export function namespaceParts(square: ExtendedSquare, namespace: Uint8Array): NamespacePart[] {
  const half = square.width / 2
  const parts: NamespacePart[] = []
  for (let row = 0; row < half; row++) {
    const root = square.roots.rows[row] as Uint8Array
    if (compareNamespaces(namespace, lowestOf(root)) < 0 || compareNamespaces(namespace, highestOf(root)) > 0) continue
    const levels = square.rows[row] as NmtLevels
    const leaves = (levels[0] as readonly Uint8Array[]).slice(0, half)
    const start = leaves.findIndex((leaf) => compareNamespaces(lowestOf(leaf), namespace) >= 0)
    const count = leaves.filter((leaf) => compareNamespaces(lowestOf(leaf), namespace) === 0).length
    const proof = rangeProof(levels, start, start + Math.max(1, count))
    const from = row * half + start
    parts.push({
      shares: square.original.shares.slice(from, from + count),
      proof: count > 0 ? proof : { ...proof, leafHash: leaves[start] as Uint8Array },
    })
  }
  return parts
}
