import {
  type Blob,
  blobShares,
  compareNamespaces,
  nextBlobStart,
  paddingShare,
  reservedNamespaces,
  sharesFor,
  squareWidthFor,
  subtreeWidth,
} from '@parley/da-adapters/celestia'
import { decodeBlobTransaction, encodeIndexed } from './blob-transaction.ts'
import { compactShares, compactSharesFor, delimited } from './compact-shares.ts'

/** The widest square that the double extends; networks allow up to 256 with a code of 16 bits. */
export const maxSquareWidth = 128

/** A blob in its place. */
export interface PlacedBlob {
  readonly blob: Blob
  /** Number of its first share in the original square, row by row. */
  readonly start: number
  readonly shares: number
}

/** The original square: shares row by row. */
export interface Square {
  readonly width: number
  readonly shares: readonly Uint8Array[]
  /** In the order of their places. */
  readonly blobs: readonly PlacedBlob[]
}

interface Pending {
  readonly blob: Blob
  readonly transaction: number
  readonly place: number
  readonly shares: number
}

/** Place that takes most bytes to write: room is kept for it before places are known. */
const worstIndex = 512 * 512

/**
 * Lays transactions out as consensus does: ordinary ones, those that pay for blobs, then the blobs by namespace, each
 * where its subtrees are aligned, with padding of the namespace before it.
 * @throws {RangeError} when they do not fit the widest square.
 */
export function layOut(transactions: readonly Uint8Array[]): Square {
  const plain: Uint8Array[] = []
  const paying: Uint8Array[] = []
  const pending: Pending[] = []
  for (const bytes of transactions) {
    const found = decodeBlobTransaction(bytes)
    if (found === undefined) plain.push(bytes)
    else {
      for (const [place, blob] of found.blobs.entries()) {
        const shares = sharesFor(blob.data.length, blob.signer !== undefined)
        pending.push({ blob, transaction: paying.length, place, shares })
      }
      paying.push(found.transaction)
    }
  }
  if (transactions.length === 0) return { width: 1, shares: [paddingShare(reservedNamespaces.tailPadding)], blobs: [] }
  const indexes = paying.map((_, i) => pending.filter(({ transaction }) => transaction === i).map(() => worstIndex))
  const indexed = () => paying.map((transaction, i) => encodeIndexed(transaction, indexes[i] as number[]))
  const reserved = compactSharesFor(delimited(plain).length) + compactSharesFor(delimited(indexed()).length)
  const width = squareWidthFor(pending.reduce((sum, { shares }) => sum + shares + subtreeWidth(shares) - 1, reserved))
  if (width > maxSquareWidth) throw new RangeError(`the square would be ${width} wide, allowed are ${maxSquareWidth}`)
  const sorted = pending.toSorted((a, b) => compareNamespaces(a.blob.namespace, b.blob.namespace))
  const { shares: blobPart, blobs } = place(sorted, reserved)
  for (const [i, { transaction, place }] of sorted.entries())
    (indexes[transaction] as number[])[place] = (blobs[i] as PlacedBlob).start
  const shares = [
    ...compactShares(reservedNamespaces.transactions, plain),
    ...compactShares(reservedNamespaces.payForBlobs, indexed()),
  ]
  const first = blobs[0]?.start ?? reserved
  while (shares.length < first) shares.push(paddingShare(reservedNamespaces.primaryPadding))
  for (const share of blobPart) shares.push(share)
  while (shares.length < width * width) shares.push(paddingShare(reservedNamespaces.tailPadding))
  return { width, shares, blobs }
}

function place(sorted: readonly Pending[], from: number): Pick<Square, 'shares' | 'blobs'> {
  const shares: Uint8Array[] = []
  const blobs: PlacedBlob[] = []
  let cursor = from
  for (const [i, { blob, shares: count }] of sorted.entries()) {
    const start = nextBlobStart(cursor, count)
    const before = sorted[i - 1]?.blob.namespace
    if (before !== undefined) for (let pad = cursor; pad < start; pad++) shares.push(paddingShare(before))
    for (const share of blobShares(blob)) shares.push(share)
    blobs.push({ blob, start, shares: count })
    cursor = start + count
  }
  return { shares, blobs }
}
