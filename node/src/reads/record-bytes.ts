import { signatureBytes } from '@parley/protocol'
import type { HistoryRecord } from '../store/chain-records.ts'
import type { PagesRead } from '../store/history-index.ts'
import { PageReader, readPage } from '../store/history-page.ts'

const headBytes = 12
const offsetBytes = 4
/** Of an entry before its signatures: block, timestamp, forced, withheld and where signatures and event begin. */
const entryHeadBytes = 26
const selectorBytes = 1

/** Visits the entries asked for, in order. */
function eachEntry({ pages, skipped }: PagesRead, count: number, visit: (entry: PageReader) => void): number {
  let seen = 0
  let left = count
  for (const page of pages) {
    const reader = new PageReader(page)
    while (left > 0 && reader.next()) {
      seen += 1
      if (seen <= skipped) continue
      visit(reader)
      left -= 1
    }
  }
  return count - left
}

/** Entries as values. */
export function recordsOf({ pages, skipped }: PagesRead, count: number): HistoryRecord[] {
  return pages.flatMap((page) => readPage(page)).slice(skipped, skipped + count)
}

/** A page of a record in SSZ, and what caches are told of it. */
export interface RecordBytes {
  readonly bytes: Uint8Array
  /** Entries in it. */
  readonly count: number
  /** Block of the last entry; 0 when there is none. */
  readonly lastBlock: bigint
}

/** SSZ of a `RecordPage`, from the pages as they are stored. */
export function recordBytes(read: PagesRead, from: bigint, count: number): RecordBytes {
  let length = 0
  let lastBlock = 0n
  const entries = eachEntry(read, count, ({ block, signatures, valueBytes }) => {
    length += offsetBytes + entryHeadBytes + signatures * signatureBytes + selectorBytes + valueBytes
    lastBlock = block
  })
  const bytes = Buffer.allocUnsafeSlow(headBytes + length)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  view.setBigUint64(0, from, true)
  view.setUint32(8, headBytes, true)
  let offsetAt = headBytes
  let at = headBytes + offsetBytes * entries
  eachEntry(read, count, (entry) => {
    view.setUint32(offsetAt, at - headBytes, true)
    offsetAt += offsetBytes
    at = writeEntry(entry, bytes, view, at)
  })
  return { bytes, count: entries, lastBlock }
}

/** @returns where it ends. */
function writeEntry(entry: PageReader, to: Uint8Array, view: DataView, at: number): number {
  const { bytes, block, timestamp, forced, withheld, signaturesAt, signatures, kind, valueAt, valueBytes } = entry
  const signed = signatures * signatureBytes
  view.setBigUint64(at, block, true)
  view.setBigUint64(at + 8, timestamp, true)
  to[at + 16] = forced ? 1 : 0
  to[at + 17] = withheld ? 1 : 0
  view.setUint32(at + 18, entryHeadBytes, true)
  view.setUint32(at + 22, entryHeadBytes + signed, true)
  const signedAt = at + entryHeadBytes
  copy(bytes, signaturesAt, to, signedAt, signed)
  to[signedAt + signed] = kind
  copy(bytes, valueAt, to, signedAt + signed + selectorBytes, valueBytes)
  return signedAt + signed + selectorBytes + valueBytes
}

function copy(from: Uint8Array, fromAt: number, to: Uint8Array, at: number, length: number): void {
  for (let i = 0; i < length; i += 1) to[at + i] = from[fromAt + i] as number
}
