import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { limits } from '../limits.ts'
import { BodyKind } from '../types/block.ts'
import { type Message, type Operation, OperationType } from '../types/operation.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { CodecError } from './faults.ts'
import type { BlockSkeleton, RunSkeleton, SegmentSkeleton } from './skeleton.ts'

/** Version of both encodings. @see docs/spec/da.md */
export const codecVersion = 1

/** Bounds of one encoded core: what a decoder allocates before it has read the data is never more than a few times these. */
export const codecLimits = {
  /** Bytes of an encoded part. */
  maxPartBytes: 32 * 1024 * 1024,
  /** Bytes of the narrow columns once inflated. */
  maxNarrowBytes: 8 * 1024 * 1024,
  /** Bytes of one operation's SSZ. */
  maxOperationBytes: 1024,
} as const

const part = 'core'
/** How the narrow columns are stored. */
const Storage = { plain: 0, deflated: 1 } as const

/** Highest value of a uint32 and of a uint16. */
const uint32 = 0xffff_ffff
const uint16 = 0xffff

const bodyKinds = Object.values(BodyKind).length - 1

/** Columns of all blocks, one after another, so that like stands beside like. Narrow: small integers. Wide: what cannot shrink. */
function writeColumns(blocks: readonly BlockSkeleton[]): { narrow: Uint8Array; wide: Uint8Array } {
  const narrow = new ByteWriter()
  const wide = new ByteWriter()
  const runs = blocks.flatMap((block) => block.runs)
  const segments = runs.flatMap((run) => run.segments)
  const bodies = segments.map((segment) => segment.body)
  const messages = bodies.flatMap((body) => (body.selector === BodyKind.messages ? body.value : []))
  narrow.varint(blocks.length)
  let previous = { timestamp: 0n, inboxCount: 0n }
  for (const block of blocks) {
    narrow.varint(block.timestamp - previous.timestamp)
    narrow.varint(block.inboxCount - previous.inboxCount)
    narrow.varint(block.runs.length)
    wide.bytes(block.stateRoot)
    previous = block
  }
  for (const run of runs) narrow.byte(run.shard)
  for (const run of runs) narrow.varint(run.segments.length)
  for (const body of bodies) narrow.byte(body.selector)
  for (const segment of segments) wide.bytes(segment.postRoot)
  for (const body of bodies) if (body.selector === BodyKind.messages) narrow.varint(body.value.length)
  for (const body of bodies) if (body.selector === BodyKind.inboxItem) narrow.varint(body.value)
  for (const message of messages) narrow.varint(message.conversation)
  for (const message of messages) narrow.varint(message.member)
  for (const message of messages) wide.bytes(message.content)
  for (const body of bodies)
    if (body.selector === BodyKind.operation) {
      const bytes = OperationType.serialize(body.value)
      narrow.varint(bytes.length)
      wide.bytes(bytes)
    }
  return { narrow: narrow.finish(), wide: wide.finish() }
}

/**
 * Encodes the core of a batch for a DA layer.
 * @param blocks - 1 to 1,024, in order; timestamps and inbox counts must not fall.
 * @throws {CodecError} `CODEC_BOUND` when it is larger than `codecLimits` allow, `CODEC_VALUE` when there are no blocks.
 * @throws {RangeError} when a timestamp or inbox count falls.
 */
export function encodeCore(blocks: readonly BlockSkeleton[]): Uint8Array {
  demandSome(blocks.length)
  demandAtMost('blocks', blocks.length, limits.blocksPerBatch)
  const { narrow, wide } = writeColumns(blocks)
  demandAtMost('narrow columns', narrow.length, codecLimits.maxNarrowBytes)
  const deflated = deflateRawSync(narrow, { level: constants.Z_BEST_COMPRESSION })
  const stored = deflated.length < narrow.length ? deflated : narrow
  const writer = new ByteWriter()
  writer.byte(codecVersion)
  writer.byte(stored === narrow ? Storage.plain : Storage.deflated)
  writer.varint(narrow.length)
  if (stored !== narrow) writer.varint(stored.length)
  writer.bytes(stored)
  writer.bytes(wide)
  demandAtMost('part', writer.length, codecLimits.maxPartBytes)
  return writer.finish()
}

function demandAtMost(field: string, received: number, maximum: number): void {
  if (received > maximum) throw new CodecError({ code: 'CODEC_BOUND', part, field, received, maximum })
}

function demandSome(blocks: number): void {
  if (blocks === 0) throw new CodecError({ code: 'CODEC_VALUE', part, field: 'blocks', reason: 'none' })
}

/** Inflates exactly `length` bytes out of exactly `stored`; zlib would ignore what follows the stream. */
function inflate(stored: Uint8Array, length: number): Uint8Array {
  let result: { buffer: Buffer; engine: { bytesWritten: number } }
  try {
    result = inflateRawSync(stored, { maxOutputLength: Math.max(1, length), info: true }) as unknown as typeof result
  } catch (cause) {
    throw new CodecError({ code: 'CODEC_VALUE', part, field: 'narrow columns', reason: 'does not inflate' }, { cause })
  }
  if (result.buffer.length !== length || result.engine.bytesWritten !== stored.length)
    throw new CodecError({ code: 'CODEC_VALUE', part, field: 'narrow columns', reason: 'another length than stated' })
  return result.buffer
}

function readNarrow(reader: ByteReader): ByteReader {
  const version = reader.byte('version')
  if (version !== codecVersion)
    throw new CodecError({ code: 'CODEC_VERSION', part, received: version, supported: codecVersion })
  const storage = reader.byte('storage', Storage.deflated)
  const length = reader.varint('narrow length', codecLimits.maxNarrowBytes)
  if (storage === Storage.plain) return new ByteReader(reader.bytes('narrow columns', length), part)
  const stored = reader.varint('stored length', length)
  return new ByteReader(inflate(reader.bytes('narrow columns', stored), length), part)
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

function readOperation(bytes: Uint8Array): Operation {
  let operation: Operation
  try {
    operation = OperationType.deserialize(bytes) as Operation
  } catch (cause) {
    throw new CodecError({ code: 'CODEC_VALUE', part, field: 'operation', reason: 'is not SSZ of its type' }, { cause })
  }
  const again = OperationType.serialize(operation)
  // The SSZ library lets the last variable field grow by stray bytes that make no whole element.
  if (again.length !== bytes.length || !again.every((byte, i) => byte === bytes[i]))
    throw new CodecError({ code: 'CODEC_NOT_CANONICAL', part, field: 'operation' })
  return operation
}

interface BlockColumns {
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly runs: number
}

function readBlocks(narrow: ByteReader): BlockColumns[] {
  const count = narrow.varint('blocks', limits.blocksPerBatch)
  demandSome(count)
  let timestamp = 0n
  let inboxCount = 0n
  return times(count, () => {
    timestamp += narrow.longVarint('timestamp')
    inboxCount += narrow.longVarint('inboxCount')
    if (timestamp >= 2n ** 64n || inboxCount >= 2n ** 64n)
      throw new CodecError({ code: 'CODEC_VALUE', part, field: 'timestamp or inboxCount', reason: 'more than 64 bits' })
    return { timestamp, inboxCount, runs: narrow.varint('runs', limits.shards) }
  })
}

/** Segment counts of each run, no block having more than 1,024. */
function readSegmentCounts(narrow: ByteReader, blocks: readonly BlockColumns[]): number[][] {
  return blocks.map((block) => {
    let left: number = limits.segmentsPerBlock
    return times(block.runs, () => {
      const count = narrow.varint('segments', left)
      left -= count
      return count
    })
  })
}

function readBodies(narrow: ByteReader, wide: ByteReader, kinds: readonly number[]): SegmentSkeleton['body'][] {
  const of = (kind: number): number => kinds.reduce((count, each) => count + (each === kind ? 1 : 0), 0)
  const sizes = times(of(BodyKind.messages), () => narrow.varint('messages', limits.messagesPerSegment))
  const items = times(of(BodyKind.inboxItem), () => narrow.longVarint('inbox item'))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const conversations = times(total, () => narrow.varint('conversation', uint32))
  const members = times(total, () => narrow.varint('member', uint16))
  const contents = times(total, () => wide.bytes('content', 32))
  let message = 0
  const messagesOf = (size: number): Message[] =>
    times(size, () => {
      const at = message++
      return {
        conversation: conversations[at] as number,
        member: members[at] as number,
        content: contents[at] as Uint8Array,
      }
    })
  let segment = 0
  let item = 0
  return kinds.map((kind) => {
    if (kind === BodyKind.messages)
      return { selector: BodyKind.messages, value: messagesOf(sizes[segment++] as number) }
    if (kind === BodyKind.inboxItem) return { selector: BodyKind.inboxItem, value: items[item++] as bigint }
    const length = narrow.varint('operation length', codecLimits.maxOperationBytes)
    return { selector: BodyKind.operation, value: readOperation(wide.bytes('operation', length)) }
  })
}

/**
 * Decodes what `encodeCore` made, refusing everything else. Byte fields are views of `data`.
 * @throws {CodecError}
 */
export function decodeCore(data: Uint8Array): BlockSkeleton[] {
  demandAtMost('part', data.length, codecLimits.maxPartBytes)
  const wide = new ByteReader(data, part)
  const narrow = readNarrow(wide)
  const blocks = readBlocks(narrow)
  const stateRoots = blocks.map(() => wide.bytes('stateRoot', 32))
  const shards = blocks.map((block) => times(block.runs, () => narrow.byte('shard', limits.shards - 1)))
  const counts = readSegmentCounts(narrow, blocks)
  const segmentCount = counts.flat().reduce((sum, count) => sum + count, 0)
  const kinds = times(segmentCount, () => narrow.byte('segment kind', bodyKinds))
  const postRoots = kinds.map(() => wide.bytes('postRoot', 32))
  const bodies = readBodies(narrow, wide, kinds)
  narrow.end()
  wide.end()
  let segment = 0
  const nextSegment = (): SegmentSkeleton => {
    const at = segment++
    return { body: bodies[at] as SegmentSkeleton['body'], postRoot: postRoots[at] as Uint8Array }
  }
  return blocks.map(({ timestamp, inboxCount }, b) => ({
    timestamp,
    inboxCount,
    stateRoot: stateRoots[b] as Uint8Array,
    runs: (shards[b] as number[]).map(
      (shard, r): RunSkeleton => ({ shard, segments: times(counts[b]?.[r] as number, nextSegment) }),
    ),
  }))
}
