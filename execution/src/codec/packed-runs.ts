import {
  BodyKind,
  type Operation,
  OperationType,
  type RunsView,
  type Signature,
  signatureBytes,
  type ViewedRun,
  type ViewedSegment,
  viewedContent,
  viewedMessageBytes,
} from '@parley/protocol'
import type { ByteReader, ByteWriter } from './bytes.ts'

/**
 * Runs as the main thread hands them to lanes that verify them, in one buffer in which all lies on word boundaries.
 * Run: root (32 bytes), shard, segments (4 each), segments. Segment: selector (4), preRoot, postRoot (32 each), then by selector
 * messages: count (4), that many {conversation, member (4 each), content (32)} · operation: length (4), SSZ, padding · item: index (8);
 * then signatures: count (4), that many of 64 bytes.
 */
export const packedMessageBytes = 40
const contentBytes = 32
const wordBytes = 4
const runHeaderBytes = 40
/** With the counts of messages and signatures, and padding at most. */
const segmentHeaderBytes = 80

function writeRunHeader(writer: ByteWriter, root: Uint8Array, shard: number, segments: number): void {
  writer.write(root)
  writer.uint32(shard)
  writer.uint32(segments)
}

function writeSegmentHeader(writer: ByteWriter, selector: number, preRoot: Uint8Array, postRoot: Uint8Array): void {
  writer.uint32(selector)
  writer.write(preRoot)
  writer.write(postRoot)
}

function writeSignatures(writer: ByteWriter, view: RunsView, segment: ViewedSegment): void {
  writer.uint32(segment.signatureCount)
  writer.write(view.signatures(segment))
}

function writeOperationBody(writer: ByteWriter, operation: Uint8Array): void {
  writer.uint32(operation.length)
  writer.write(operation)
  writer.write(new Uint8Array(paddingOf(operation.length)))
}

function paddingOf(length: number): number {
  return (wordBytes - (length % wordBytes)) % wordBytes
}

function writeMessages(writer: ByteWriter, view: RunsView, { body, messages }: ViewedSegment): void {
  writer.uint32(messages)
  for (let i = 0; i < messages; i += 1) {
    const at = body + i * viewedMessageBytes
    writer.uint32(view.conversation(at))
    writer.uint32(view.member(at))
    writer.copy(view.bytes, at + viewedContent, contentBytes)
  }
}

/** Bytes that `writeRun` writes, or a few more. */
export function packedRunBytes({ segments }: ViewedRun): number {
  let bytes = runHeaderBytes
  for (const { body, bodyEnd, messages, signatureCount } of segments)
    bytes += segmentHeaderBytes + bodyEnd - body + 2 * messages + signatureCount * signatureBytes
  return bytes
}

/** Writes a run of a view; counts are not checked, a reader gets what is given here. */
export function writeRun(writer: ByteWriter, view: RunsView, run: ViewedRun): void {
  writeRunHeader(writer, view.root(run.postRoot), run.shard, run.segments.length)
  for (const segment of run.segments) {
    writeSegmentHeader(writer, segment.kind, view.root(segment.preRoot), view.root(segment.postRoot))
    if (segment.kind === BodyKind.messages) writeMessages(writer, view, segment)
    else if (segment.kind === BodyKind.operation) writeOperationBody(writer, view.operationBytes(segment))
    else writer.uint64(view.item(segment))
    writeSignatures(writer, view, segment)
  }
}

export function readSignatures(reader: ByteReader): Signature[] {
  return Array.from({ length: reader.uint32() }, () => reader.read(signatureBytes))
}

export function readOperationBody(reader: ByteReader): Operation {
  const length = reader.uint32()
  const operation = OperationType.deserialize(reader.read(length)) as Operation
  reader.read(paddingOf(length))
  return operation
}
