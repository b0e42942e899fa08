import {
  type AxisRoots,
  dataRootOf,
  namespaceBytes,
  nmtLeaf,
  pairs,
  parityNamespace,
} from '@parley/da-adapters/celestia'
import { parityOf } from './leopard.ts'
import type { Square } from './square.ts'

/** All levels of a row's tree, leaves first. */
export type NmtLevels = readonly (readonly Uint8Array[])[]

/** A square with its parity: twice as wide, and the trees over its rows and columns. */
export interface ExtendedSquare {
  /** Shares in a row, parity included. */
  readonly width: number
  readonly original: Square
  readonly rows: readonly NmtLevels[]
  readonly roots: AxisRoots
  readonly dataRoot: Uint8Array
}

/** Extends rows to the right, columns downwards, and what is then below to the right. */
export function extend(original: Square): ExtendedSquare {
  const { width: half, shares } = original
  const width = 2 * half
  const grid: Uint8Array[][] = []
  for (let row = 0; row < half; row++) {
    const data = shares.slice(row * half, (row + 1) * half)
    grid.push([...data, ...parityOf(data)])
  }
  const below = Array.from({ length: half }, (): Uint8Array[] => [])
  for (let column = 0; column < half; column++) {
    const parity = parityOf(grid.map((row) => row[column] as Uint8Array))
    for (const [row, share] of parity.entries()) (below[row] as Uint8Array[]).push(share)
  }
  for (const row of below) grid.push([...row, ...parityOf(row)])
  const leaves = grid.map((row, r) =>
    row.map((share, c) => nmtLeaf(r < half && c < half ? share.subarray(0, namespaceBytes) : parityNamespace, share)),
  )
  const rows = leaves.map(levelsOf)
  const columns = leaves.map((_, c) => levelsOf(leaves.map((row) => row[c] as Uint8Array)))
  const roots = { rows: rows.map(rootOf), columns: columns.map(rootOf) }
  return { width, original, rows, roots, dataRoot: dataRootOf(roots) }
}

function levelsOf(leaves: readonly Uint8Array[]): NmtLevels {
  const levels: (readonly Uint8Array[])[] = [leaves]
  for (let level = leaves; level.length > 1; ) {
    level = pairs(level)
    levels.push(level)
  }
  return levels
}

const rootOf = (levels: NmtLevels): Uint8Array => levels.at(-1)?.[0] as Uint8Array
