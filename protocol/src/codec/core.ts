import { joinBytes } from '../ssz/bytes.ts'
import { type Body, BodyKind } from '../types/block.ts'
import { type Message, type Operation, OperationType } from '../types/operation.ts'
import {
  type BatchColumns,
  type CoreColumns,
  decodeBatchColumns,
  encodeBatchColumns,
  writtenColumns,
} from './core-columns.ts'
import type { BlockSkeleton, RunSkeleton, SegmentSkeleton } from './skeleton.ts'

const rootBytes = 32

function columnsOf(blocks: readonly BlockSkeleton[]): BatchColumns {
  const runs = blocks.flatMap((block) => block.runs)
  const segments = runs.flatMap((run) => run.segments)
  const bodies = segments.map((segment) => segment.body)
  const spoken = bodies.flatMap((body) => (body.selector === BodyKind.messages ? [body.value] : []))
  const messages = spoken.flat()
  return {
    blocks: blocks.map(({ timestamp, inboxCount, runs: own }) => ({ timestamp, inboxCount, runs: own.length })),
    stateRoots: joinBytes(blocks.map(({ stateRoot }) => stateRoot)),
    shards: Uint8Array.from(runs, ({ shard }) => shard),
    segmentCounts: Uint16Array.from(runs, (run) => run.segments.length),
    kinds: Uint8Array.from(bodies, ({ selector }) => selector),
    postRoots: joinBytes(segments.map(({ postRoot }) => postRoot)),
    sizes: Uint8Array.from(spoken, ({ length }) => length),
    items: bodies.flatMap((body) => (body.selector === BodyKind.inboxItem ? [body.value] : [])),
    conversations: Uint32Array.from(messages, ({ conversation }) => conversation),
    members: Uint16Array.from(messages, ({ member }) => member),
    contents: joinBytes(messages.map(({ content }) => content)),
    operations: bodies.flatMap((body) =>
      body.selector === BodyKind.operation ? [OperationType.serialize(body.value)] : [],
    ),
  }
}

/**
 * Encodes the core of a batch for a DA layer.
 * @param blocks - 1 to 1,024, in order; timestamps and inbox counts must not fall.
 * @throws {CodecError} `CODEC_BOUND` when it is larger than `codecLimits` allow, `CODEC_VALUE` when there are no blocks.
 * @throws {RangeError} when a timestamp or inbox count falls.
 */
export function encodeCore(blocks: readonly BlockSkeleton[]): Uint8Array {
  return encodeBatchColumns(columnsOf(blocks))
}

/**
 * The columns that a core is encoded of, before the narrow ones are deflated together.
 * @throws {RangeError} when a timestamp or inbox count falls.
 */
export function coreColumns(blocks: readonly BlockSkeleton[]): CoreColumns {
  return writtenColumns(columnsOf(blocks))
}

/** Takes the bodies of segments out of columns, one after another. */
class BodyTaker {
  private segment = 0
  private spoken = 0
  private message = 0
  private item = 0
  private operation = 0
  private readonly columns: BatchColumns

  constructor(columns: BatchColumns) {
    this.columns = columns
  }

  next(): SegmentSkeleton {
    const { kinds, postRoots } = this.columns
    const at = this.segment
    this.segment += 1
    return { body: this.body(kinds[at] as number), postRoot: rootAt(postRoots, at) }
  }

  private body(kind: number): Body {
    const { sizes, items, operations } = this.columns
    if (kind === BodyKind.messages)
      return { selector: BodyKind.messages, value: this.messages(sizes[this.spoken++] as number) }
    if (kind === BodyKind.inboxItem) return { selector: BodyKind.inboxItem, value: items[this.item++] as bigint }
    const bytes = operations[this.operation++] as Uint8Array
    return { selector: BodyKind.operation, value: OperationType.deserialize(bytes) as Operation }
  }

  private messages(size: number): Message[] {
    const { conversations, members, contents } = this.columns
    return Array.from({ length: size }, () => {
      const at = this.message++
      return {
        conversation: conversations[at] as number,
        member: members[at] as number,
        content: rootAt(contents, at),
      }
    })
  }
}

function rootAt(roots: Uint8Array, index: number): Uint8Array {
  return roots.subarray(index * rootBytes, (index + 1) * rootBytes)
}

/** Blocks as values. Byte fields are views of the columns. */
export function skeletonsOf(columns: BatchColumns): BlockSkeleton[] {
  const taker = new BodyTaker(columns)
  let run = 0
  return columns.blocks.map(({ timestamp, inboxCount, runs: count }, b) => ({
    timestamp,
    inboxCount,
    stateRoot: rootAt(columns.stateRoots, b),
    runs: Array.from({ length: count }, (): RunSkeleton => {
      const at = run++
      const segments = columns.segmentCounts[at] as number
      return { shard: columns.shards[at] as number, segments: Array.from({ length: segments }, () => taker.next()) }
    }),
  }))
}

/**
 * Decodes what `encodeCore` made, refusing everything else. Byte fields are views of `data`.
 * @throws {CodecError}
 */
export function decodeCore(data: Uint8Array): BlockSkeleton[] {
  return skeletonsOf(decodeBatchColumns(data))
}
