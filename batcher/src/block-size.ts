import { BodyKind, OperationType, type SealedBlock, signaturesOf } from '@parley/protocol'

/** Upper bounds of what one block adds to the encoded parts. */
export interface BlockSize {
  readonly coreBytes: number
  readonly witnessBytes: number
  /** Of `coreBytes`, those of the narrow columns. */
  readonly narrowBytes: number
}

/** What an encoded part has beside its blocks: version, storage, lengths, count. */
export const partOverheadBytes = 16

/** Longest varints of a uint64, a count below 2^14, a uint32 and a uint16. */
const longVarint = 10
const countVarint = 2
const uint32Varint = 5
const uint16Varint = 3

/** Bounds the encoded size of a block without encoding it; the narrow columns count as if they did not shrink. */
export function sizeOf({ block }: SealedBlock): BlockSize {
  let narrowBytes = 2 * longVarint + countVarint
  let wideBytes = 32
  let signatures = 0
  for (const run of block.runs) {
    narrowBytes += 1 + countVarint
    for (const { body } of run.segments) {
      narrowBytes += 1
      wideBytes += 32
      signatures += signaturesOf(body)
      if (body.selector === BodyKind.messages) {
        narrowBytes += 1 + body.value.length * (uint32Varint + uint16Varint)
        wideBytes += body.value.length * 32
      } else if (body.selector === BodyKind.operation) {
        narrowBytes += countVarint
        wideBytes += OperationType.serialize(body.value).length
      } else {
        narrowBytes += longVarint
      }
    }
  }
  return { coreBytes: narrowBytes + wideBytes, witnessBytes: 64 * signatures, narrowBytes }
}

/** A checked block that waits to be put into a batch. */
export interface WaitingBlock {
  readonly sealed: SealedBlock
  readonly size: BlockSize
  /** When it came here, in milliseconds. */
  readonly receivedAt: number
}
