import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { limits } from '../limits.ts'
import { BodyKind } from '../types/block.ts'
import { OperationType } from '../types/operation.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { CodecError } from './faults.ts'

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
const rootBytes = 32

/** What a core says of one block by itself. */
export interface BlockColumn {
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly runs: number
}

/** The core of a batch as columns over all its blocks: nothing in it is an object a message. */
export interface BatchColumns {
  readonly blocks: readonly BlockColumn[]
  /** 32 bytes a block. */
  readonly stateRoots: Uint8Array
  /** One a run. */
  readonly shards: Uint8Array
  /** Segments of each run. */
  readonly segmentCounts: Uint16Array
  /** {@link BodyKind} of each segment. */
  readonly kinds: Uint8Array
  /** 32 bytes a segment. */
  readonly postRoots: Uint8Array
  /** Messages of each segment of messages. */
  readonly sizes: Uint8Array
  /** Inbox item of each segment of one. */
  readonly items: readonly bigint[]
  /** One a message; so are members. */
  readonly conversations: Uint32Array
  readonly members: Uint16Array
  /** 32 bytes a message. */
  readonly contents: Uint8Array
  /** SSZ of each operation. */
  readonly operations: readonly Uint8Array[]
}

/** One column as it is written; `of` names what it tells. */
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

function numbers(of: CoreColumn['of'], values: ArrayLike<number>): CoreColumn {
  return column(of, (writer) => {
    for (let i = 0; i < values.length; i += 1) writer.varint(values[i] as number)
  })
}

function blockColumn(blocks: readonly BlockColumn[]): CoreColumn {
  return column('header', (writer) => {
    writer.varint(blocks.length)
    let previous = { timestamp: 0n, inboxCount: 0n }
    for (const block of blocks) {
      writer.varint(block.timestamp - previous.timestamp)
      writer.varint(block.inboxCount - previous.inboxCount)
      writer.varint(block.runs)
      previous = block
    }
  })
}

/**
 * The columns as they are written, before the narrow ones are deflated together.
 * @throws {RangeError} when a timestamp or inbox count falls.
 */
export function writtenColumns(columns: BatchColumns): CoreColumns {
  const { operations } = columns
  return {
    narrow: [
      blockColumn(columns.blocks),
      { of: 'header', bytes: columns.shards },
      numbers('header', columns.segmentCounts),
      { of: 'trace', bytes: columns.kinds },
      numbers('trace', columns.sizes),
      column('operation', (writer) => columns.items.forEach((item) => void writer.varint(item))),
      numbers('index', columns.conversations),
      numbers('member', columns.members),
      numbers(
        'operation',
        operations.map(({ length }) => length),
      ),
    ],
    wide: [
      { of: 'header', bytes: columns.stateRoots },
      { of: 'trace', bytes: columns.postRoots },
      { of: 'digest', bytes: columns.contents },
      column('operation', (writer) => operations.forEach((bytes) => void writer.bytes(bytes))),
    ],
  }
}

/**
 * Encodes the core of a batch for a DA layer.
 * @param columns - Of 1 to 1,024 blocks, in order; timestamps and inbox counts must not fall.
 * @throws {CodecError} `CODEC_BOUND` when it is larger than `codecLimits` allow, `CODEC_VALUE` when there are no blocks.
 * @throws {RangeError} when a timestamp or inbox count falls.
 */
export function encodeBatchColumns(columns: BatchColumns): Uint8Array {
  assertSome(columns.blocks.length)
  assertAtMost('blocks', columns.blocks.length, limits.blocksPerBatch)
  const { narrow: narrowColumns, wide } = writtenColumns(columns)
  const narrow = Buffer.concat(narrowColumns.map(({ bytes }) => bytes))
  assertAtMost('narrow columns', narrow.length, codecLimits.maxNarrowBytes)
  const deflated = deflateRawSync(narrow, { level: constants.Z_BEST_COMPRESSION })
  const stored = deflated.length < narrow.length ? deflated : narrow
  const writer = new ByteWriter()
  writer.byte(codecVersion)
  writer.byte(stored === narrow ? Storage.plain : Storage.deflated)
  writer.varint(narrow.length)
  if (stored !== narrow) writer.varint(stored.length)
  writer.bytes(stored)
  for (const { bytes } of wide) writer.bytes(bytes)
  assertAtMost('part', writer.length, codecLimits.maxPartBytes)
  return writer.finish()
}

function assertAtMost(field: string, received: number, maximum: number): void {
  if (received > maximum) throw new CodecError({ code: 'CODEC_BOUND', part, field, received, maximum })
}

function assertSome(blocks: number): void {
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

function readOperation(bytes: Uint8Array): Uint8Array {
  let again: Uint8Array
  try {
    again = OperationType.serialize(OperationType.deserialize(bytes))
  } catch (cause) {
    throw new CodecError({ code: 'CODEC_VALUE', part, field: 'operation', reason: 'is not SSZ of its type' }, { cause })
  }
  // The SSZ library lets the last variable field grow by stray bytes that make no whole element.
  if (again.length !== bytes.length || !again.every((byte, i) => byte === bytes[i]))
    throw new CodecError({ code: 'CODEC_NOT_CANONICAL', part, field: 'operation' })
  return bytes
}

function readBlocks(narrow: ByteReader): BlockColumn[] {
  const count = narrow.varint('blocks', limits.blocksPerBatch)
  assertSome(count)
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
function readSegmentCounts(narrow: ByteReader, blocks: readonly BlockColumn[]): Uint16Array {
  const counts = blocks.flatMap((block) => {
    let left: number = limits.segmentsPerBlock
    return times(block.runs, () => {
      const count = narrow.varint('segments', left)
      left -= count
      return count
    })
  })
  return Uint16Array.from(counts)
}

function readMessages(narrow: ByteReader, wide: ByteReader, total: number) {
  // Nothing is allocated for messages that the data cannot hold.
  const contents = wide.bytes('content', total * rootBytes)
  narrow.assertAtLeast('conversation', 2 * total)
  const conversations = new Uint32Array(total)
  for (let i = 0; i < total; i += 1) conversations[i] = narrow.varint('conversation', uint32)
  const members = new Uint16Array(total)
  for (let i = 0; i < total; i += 1) members[i] = narrow.varint('member', uint16)
  return { conversations, members, contents }
}

/**
 * Decodes what `encodeBatchColumns` made, refusing everything else. Byte columns are views of `data`.
 * @throws {CodecError}
 */
export function decodeBatchColumns(data: Uint8Array): BatchColumns {
  assertAtMost('part', data.length, codecLimits.maxPartBytes)
  const wide = new ByteReader(data, part)
  const narrow = readNarrow(wide)
  const blocks = readBlocks(narrow)
  const stateRoots = wide.bytes('stateRoot', blocks.length * rootBytes)
  const runs = blocks.reduce((sum, block) => sum + block.runs, 0)
  const shards = Uint8Array.from(times(runs, () => narrow.byte('shard', limits.shards - 1)))
  const segmentCounts = readSegmentCounts(narrow, blocks)
  const segments = segmentCounts.reduce((sum, count) => sum + count, 0)
  narrow.assertAtLeast('segment kind', segments)
  const kinds = new Uint8Array(segments)
  for (let i = 0; i < segments; i += 1) kinds[i] = narrow.byte('segment kind', bodyKinds)
  const postRoots = wide.bytes('postRoot', segments * rootBytes)
  const of = (kind: number): number => kinds.reduce((count, each) => count + (each === kind ? 1 : 0), 0)
  const sizes = Uint8Array.from(
    times(of(BodyKind.messages), () => narrow.varint('messages', limits.messagesPerSegment)),
  )
  const items = times(of(BodyKind.inboxItem), () => narrow.longVarint('inbox item'))
  const messages = readMessages(
    narrow,
    wide,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  const operations = times(of(BodyKind.operation), () => {
    const length = narrow.varint('operation length', codecLimits.maxOperationBytes)
    return readOperation(wide.bytes('operation', length))
  })
  narrow.end()
  wide.end()
  return { blocks, stateRoots, shards, segmentCounts, kinds, postRoots, sizes, items, ...messages, operations }
}
