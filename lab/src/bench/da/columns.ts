import { constants, deflateRawSync } from 'node:zlib'
import {
  type BlockSkeleton,
  type BlockWitness,
  type CoreColumn,
  coreColumns,
  encodeCore,
  encodeWitness,
} from '@parley/protocol'

/** What bytes on a DA layer tell. `trace` are the roots between segments, `header` what there is once a block or batch. */
export const columnNames = ['index', 'member', 'digest', 'signature', 'trace', 'header'] as const
export type ColumnName = (typeof columnNames)[number]

export interface EncodedSizes {
  /** Of everything as published; columns add up to `core` and `witness`. */
  readonly columns: Readonly<Record<ColumnName, number>>
  readonly core: number
  readonly witness: number
  /** Of the core if nothing were deflated. */
  readonly plainCore: number
}

/**
 * Encodes a batch of messages as it is published, and tells what each column takes of it. Of the deflated stream a
 * column takes what it adds to the columns before it.
 */
export function measureColumns(blocks: readonly BlockSkeleton[], witness: readonly BlockWitness[]): EncodedSizes {
  const core = encodeCore(blocks).length
  const signatures = encodeWitness(witness).length
  const { narrow, wide } = coreColumns(blocks)
  const columns = { index: 0, member: 0, digest: 0, signature: signatures - 1, trace: 0, header: 0 }
  const add = ({ of }: CoreColumn, bytes: number): void => {
    // A load of messages has no operations beyond their columns' empty lengths.
    columns[of === 'operation' ? 'header' : of] += bytes
  }
  for (const column of wide) add(column, column.bytes.length)
  const plain = sum(narrow.map(({ bytes }) => bytes.length))
  const stored = core - sum(wide.map(({ bytes }) => bytes.length))
  const shares = deflatedShares(narrow)
  const deflated = sum(shares)
  const isPlain = deflated >= plain
  for (const [at, column] of narrow.entries()) add(column, isPlain ? column.bytes.length : (shares[at] as number))
  // Versions, storage and lengths.
  columns.header += stored - (isPlain ? plain : deflated) + 1
  return { columns, core, witness: signatures, plainCore: core - stored + plain }
}

function deflatedShares(narrow: readonly CoreColumn[]): number[] {
  let before = Buffer.alloc(0)
  let beforeBytes = deflatedBytes(before)
  return narrow.map(({ bytes }, at) => {
    before = Buffer.concat([before, bytes])
    const now = deflatedBytes(before)
    const share = now - (at === 0 ? 0 : beforeBytes)
    beforeBytes = now
    return share
  })
}

function deflatedBytes(bytes: Uint8Array): number {
  return deflateRawSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
