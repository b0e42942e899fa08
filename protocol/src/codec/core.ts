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

/** One column of all blocks of a batch; `of` names what it tells. */
export interface CoreColumn {
  readonly of: 'header' | 'trace' | 'index' | 'member' | 'digest' | 'operation'
  readonly bytes: Uint8Array
}

/** Columns of all blocks in their order, so that like stands beside like. Narrow: small integers. Wide: what cannot shrink. */
export interface CoreColumns {
  readonly narrow: readonly CoreColumn[]
  readonly wide: readonly CoreColumn[]
}

function column(of: CoreColumn['of'], write: (writer: ByteWriter) => void): CoreColumn {
  const writer = new ByteWriter()
  write(writer)
  return { of, bytes: writer.finish() }
}

function blockColumn(blocks: readonly BlockSkeleton[]): CoreColumn {
  return column('header', (writer) => {
    writer.varint(blocks.length)
    let previous = { timestamp: 0n, inboxCount: 0n }
    for (const block of blocks) {
      writer.varint(block.timestamp - previous.timestamp)
      writer.varint(block.inboxCount - previous.inboxCount)
      writer.varint(block.runs.length)
      previous = block
    }
  })
}

/**
 * The columns that a core is encoded of, before the narrow ones are deflated together.
 * @throws {RangeError} when a timestamp or inbox count falls.
 */
export function coreColumns(blocks: readonly BlockSkeleton[]): CoreColumns {
  const runs = blocks.flatMap((block) => block.runs)
  const segments = runs.flatMap((run) => run.segments)
  const bodies = segments.map((segment) => segment.body)
  const lists = bodies.flatMap((body) => (body.selector === BodyKind.messages ? [body.value] : []))
  const items = bodies.flatMap((body) => (body.selector === BodyKind.inboxItem ? [body.value] : []))
  const messages = lists.flat()
  const operations = bodies.flatMap((body) =>
    body.selector === BodyKind.operation ? [OperationType.serialize(body.value)] : [],
  )
  return {
    narrow: [
      blockColumn(blocks),
      column('header', (writer) => runs.forEach(({ shard }) => void writer.byte(shard))),
      column('header', (writer) => runs.forEach((run) => void writer.varint(run.segments.length))),
      column('trace', (writer) => bodies.forEach(({ selector }) => void writer.byte(selector))),
      column('trace', (writer) => lists.forEach(({ length }) => void writer.varint(length))),
      column('operation', (writer) => items.forEach((item) => void writer.varint(item))),
      column('index', (writer) => messages.forEach(({ conversation }) => void writer.varint(conversation))),
      column('member', (writer) => messages.forEach(({ member }) => void writer.varint(member))),
      column('operation', (writer) => operations.forEach(({ length }) => void writer.varint(length))),
    ],
    wide: [
      column('header', (writer) => blocks.forEach(({ stateRoot }) => void writer.bytes(stateRoot))),
      column('trace', (writer) => segments.forEach(({ postRoot }) => void writer.bytes(postRoot))),
      column('digest', (writer) => messages.forEach(({ content }) => void writer.bytes(content))),
      column('operation', (writer) => operations.forEach((bytes) => void writer.bytes(bytes))),
    ],
  }
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
  const columns = coreColumns(blocks)
  const narrow = Buffer.concat(columns.narrow.map(({ bytes }) => bytes))
  demandAtMost('narrow columns', narrow.length, codecLimits.maxNarrowBytes)
  const deflated = deflateRawSync(narrow, { level: constants.Z_BEST_COMPRESSION })
  const stored = deflated.length < narrow.length ? deflated : narrow
  const writer = new ByteWriter()
  writer.byte(codecVersion)
  writer.byte(stored === narrow ? Storage.plain : Storage.deflated)
  writer.varint(narrow.length)
  if (stored !== narrow) writer.varint(stored.length)
  writer.bytes(stored)
  for (const { bytes } of columns.wide) writer.bytes(bytes)
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
