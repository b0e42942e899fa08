import { emptyShare, shareBytes } from '@parley/da-adapters/celestia'
import { BinaryWriter } from 'cosmjs-types/binary'

const lengthOffset = 30
const firstReserved = 34
const continuedReserved = 30
const firstOffset = firstReserved + 4
const continuedOffset = continuedReserved + 4

/** Bytes of units with the varint of their length before each. */
export function delimited(units: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(units.map((unit) => BinaryWriter.create().bytes(unit).finish()))
}

/** Compact shares that so many bytes take. */
export function compactSharesFor(bytes: number): number {
  if (bytes === 0) return 0
  return 1 + Math.ceil(Math.max(0, bytes - (shareBytes - firstOffset)) / (shareBytes - continuedOffset))
}

/** Transactions one after another in compact shares; each share says where in it the first one begins, or 0. */
export function compactShares(namespace: Uint8Array, units: readonly Uint8Array[]): Uint8Array[] {
  const bytes = delimited(units)
  if (bytes.length === 0) return []
  const starts: number[] = []
  let at = 0
  for (const unit of units) {
    starts.push(at)
    at += delimited([unit]).length
  }
  const shares: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const first = from === 0
    const share = emptyShare(namespace, first)
    const view = new DataView(share.buffer)
    const offset = first ? firstOffset : continuedOffset
    if (first) view.setUint32(lengthOffset, bytes.length)
    const to = Math.min(bytes.length, from + shareBytes - offset)
    const start = starts.find((each) => each >= from && each < to)
    view.setUint32(offset - 4, start === undefined ? 0 : offset + start - from)
    share.set(bytes.subarray(from, to), offset)
    shares.push(share)
    from = to
  }
  return shares
}
