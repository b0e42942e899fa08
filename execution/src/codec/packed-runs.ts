import { BodyKind, type Message, type Operation, OperationType, type Run, type Signature } from '@parley/protocol'
import type { ByteReader, ByteWriter } from './bytes.ts'

/**
 * Runs as the main thread hands them to lanes that verify them, in one buffer in which all lies on word boundaries.
 * Run: root (32 bytes), shard, segments (4 each), segments. Segment: selector (4), preRoot, postRoot (32 each), then by selector
 * messages: count (4), that many {conversation, member (4 each), content (32)} · operation: length (4), SSZ, padding · item: index (8);
 * then signatures: count (4), that many of 64 bytes.
 */
export const packedMessageBytes = 40
const signatureBytes = 64
const wordBytes = 4

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

function writeSignatures(writer: ByteWriter, signatures: readonly Signature[]): void {
  writer.uint32(signatures.length)
  for (const signature of signatures) writer.write(signature)
}

function writeOperationBody(writer: ByteWriter, operation: Operation): void {
  const bytes = OperationType.serialize(operation)
  writer.uint32(bytes.length)
  writer.write(bytes)
  writer.write(new Uint8Array(paddingOf(bytes.length)))
}

function paddingOf(length: number): number {
  return (wordBytes - (length % wordBytes)) % wordBytes
}

function writeMessage(writer: ByteWriter, { conversation, member, content }: Message): void {
  writer.uint32(conversation)
  writer.uint32(member)
  writer.write(content)
}

/** Writes a run given as values; counts are not checked, a reader gets what is given here. */
export function writeRun(writer: ByteWriter, run: Run, signatures: readonly (readonly Signature[])[]): void {
  writeRunHeader(writer, run.postRoot, run.shard, run.segments.length)
  run.segments.forEach(({ preRoot, body, postRoot }, i) => {
    writeSegmentHeader(writer, body.selector, preRoot, postRoot)
    if (body.selector === BodyKind.messages) {
      writer.uint32(body.value.length)
      for (const message of body.value) writeMessage(writer, message)
    } else if (body.selector === BodyKind.operation) writeOperationBody(writer, body.value)
    else writer.uint64(body.value)
    writeSignatures(writer, signatures[i] ?? [])
  })
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
