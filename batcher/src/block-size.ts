import { type BlockView, BodyKind, codecLimits, limits, segmentsOf } from '@parley/protocol'

/** What one block adds to a batch: its segments, and upper bounds of its bytes in the encoded parts. */
export interface BlockSize {
  readonly coreBytes: number
  readonly witnessBytes: number
  /** Of `coreBytes`, those of the narrow columns. */
  readonly narrowBytes: number
  readonly segments: number
}

/** What an encoded part has beside its blocks: version, storage, lengths, count. */
export const partOverheadBytes = 16

/** What a block has in the core beside its segments, with a run in every shard. */
const blockOverheadBytes = partOverheadBytes + 64 + 3 * limits.shards

/** Longest varints of a uint64, a count below 2^14, a uint32 and a uint16. */
const longVarint = 10
const countVarint = 2
const uint32Varint = 5
const uint16Varint = 3

/** Bounds the encoded size of a block without encoding it; the narrow columns count as if they did not shrink. */
export function sizeOf({ runs: view }: BlockView): BlockSize {
  let narrowBytes = 2 * longVarint + countVarint
  let wideBytes = 32
  let signatures = 0
  for (const run of view.runs) {
    narrowBytes += 1 + countVarint
    for (const segment of run.segments) {
      narrowBytes += 1
      wideBytes += 32
      signatures += segment.signatureCount
      if (segment.kind === BodyKind.messages) {
        narrowBytes += 1 + segment.messages * (uint32Varint + uint16Varint)
        wideBytes += segment.messages * 32
      } else if (segment.kind === BodyKind.operation) {
        narrowBytes += countVarint
        wideBytes += view.operationBytes(segment).length
      } else {
        narrowBytes += longVarint
      }
    }
  }
  return {
    coreBytes: narrowBytes + wideBytes,
    witnessBytes: 64 * signatures,
    narrowBytes,
    segments: segmentsOf(view.runs),
  }
}

/** Bytes that the largest segment adds to either part: its messages' signatures; an operation has fewer. */
const segmentBytes = 64 * Math.max(limits.messagesPerSegment, limits.signaturesPerOperation)

/**
 * Segments a block may have so that each of its parts, whatever they hold, goes into one publication of `maxBytes`. A
 * sequencer must not seal more: what is sealed and does not fit can never be posted.
 */
export function segmentsWithin(maxBytes: number): number {
  const bytes = Math.min(maxBytes, codecLimits.maxPartBytes) - blockOverheadBytes
  return Math.max(0, Math.min(limits.segmentsPerBlock, Math.floor(bytes / segmentBytes)))
}

/** A checked block that waits to be put into a batch. */
export interface WaitingBlock {
  readonly block: BlockView
  readonly size: BlockSize
  /** When it came here, in milliseconds. */
  readonly receivedAt: number
}
