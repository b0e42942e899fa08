import { merkleRoot } from './merkle.ts'
import { nmtNodeBytes } from './nmt.ts'

/** Roots of all rows and columns of an extended square; each a node of 90 bytes. */
export interface AxisRoots {
  readonly rows: readonly Uint8Array[]
  readonly columns: readonly Uint8Array[]
}

/** Rows of an extended square at most: twice the widest original square that the code knows. */
export const maxExtendedWidth = 1_024

/** Whether it can be a square at all: as many columns as rows, at least two and a power of two, all of them nodes. */
export function isSquare({ rows, columns }: AxisRoots): boolean {
  const width = rows.length
  if (width < 2 || width > maxExtendedWidth || columns.length !== width || !Number.isInteger(Math.log2(width)))
    return false
  return [...rows, ...columns].every(({ length }) => length === nmtNodeBytes)
}

/** The data root of a block's header. */
export function dataRootOf({ rows, columns }: AxisRoots): Uint8Array {
  return merkleRoot([...rows, ...columns])
}
