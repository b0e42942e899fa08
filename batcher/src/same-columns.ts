import { type BatchColumns, sameBytes } from '@parley/protocol'

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const isSame = (a: ArrayBufferView, b: ArrayBufferView): boolean => Buffer.compare(bytesOf(a), bytesOf(b)) === 0

/** Whether two batches say the same in every column. */
export function sameColumns(a: BatchColumns, b: BatchColumns): boolean {
  return (
    a.blocks.length === b.blocks.length &&
    a.blocks.every(({ timestamp, inboxCount, runs }, i) => {
      const other = b.blocks[i]
      return timestamp === other?.timestamp && inboxCount === other.inboxCount && runs === other.runs
    }) &&
    isSame(a.stateRoots, b.stateRoots) &&
    isSame(a.shards, b.shards) &&
    isSame(a.segmentCounts, b.segmentCounts) &&
    isSame(a.kinds, b.kinds) &&
    isSame(a.postRoots, b.postRoots) &&
    isSame(a.sizes, b.sizes) &&
    isSame(a.conversations, b.conversations) &&
    isSame(a.members, b.members) &&
    isSame(a.contents, b.contents) &&
    a.items.length === b.items.length &&
    a.items.every((item, i) => item === b.items[i]) &&
    a.operations.length === b.operations.length &&
    a.operations.every((bytes, i) => sameBytes(bytes, b.operations[i] as Uint8Array))
  )
}
