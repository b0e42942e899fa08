import {
  type Body,
  BodyKind,
  type Message,
  type Operation,
  OperationType,
  type Run,
  type Segment,
  type Signature,
} from '@parley/protocol'
import { ByteReader, type ByteWriter } from './bytes.ts'

/**
 * Runs as lanes and the main thread hand them over, in one buffer in which all lies on word boundaries.
 * Run: root (32 bytes), shard, segments (4 each), segments. Segment: selector (4), preRoot, postRoot (32 each), then by selector
 * messages: count (4), that many {conversation, member (4 each), content (32)} · operation: length (4), SSZ, padding · item: index (8);
 * then signatures: count (4), that many of 64 bytes.
 */
export const packedMessageBytes = 40
const rootBytes = 32
const signatureBytes = 64
const wordBytes = 4

/** A run with its hash_tree_root and the signatures of its segments. */
export interface SignedRun {
  readonly run: Run
  readonly root: Uint8Array
  readonly signatures: Signature[][]
}

export function writeRunHeader(writer: ByteWriter, root: Uint8Array, shard: number, segments: number): void {
  writer.write(root)
  writer.uint32(shard)
  writer.uint32(segments)
}

export function writeSegmentHeader(
  writer: ByteWriter,
  selector: number,
  preRoot: Uint8Array,
  postRoot: Uint8Array,
): void {
  writer.uint32(selector)
  writer.write(preRoot)
  writer.write(postRoot)
}

export function writeSignatures(writer: ByteWriter, signatures: readonly Signature[]): void {
  writer.uint32(signatures.length)
  for (const signature of signatures) writer.write(signature)
}

export function writeOperationBody(writer: ByteWriter, operation: Operation): void {
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

/** Reads all runs of a buffer; byte strings are views of it. */
export function readRuns(bytes: Uint8Array): SignedRun[] {
  const reader = new ByteReader(bytes)
  const runs: SignedRun[] = []
  while (reader.left > 0) runs.push(readRun(reader))
  return runs
}

function readRun(reader: ByteReader): SignedRun {
  const root = reader.read(rootBytes)
  const shard = reader.uint32()
  const count = reader.uint32()
  const segments: Segment[] = []
  const signatures: Signature[][] = []
  for (let i = 0; i < count; i += 1) {
    const selector = reader.uint32()
    const preRoot = reader.read(rootBytes)
    const postRoot = reader.read(rootBytes)
    segments.push({ preRoot, body: readBody(reader, selector), postRoot })
    signatures.push(readSignatures(reader))
  }
  return { run: { shard, segments, postRoot: (segments.at(-1) as Segment).postRoot }, root, signatures }
}

export function readSignatures(reader: ByteReader): Signature[] {
  return Array.from({ length: reader.uint32() }, () => reader.read(signatureBytes))
}

function readBody(reader: ByteReader, selector: number): Body {
  if (selector === BodyKind.messages) {
    const value = Array.from({ length: reader.uint32() }, () => readMessage(reader))
    return { selector, value }
  }
  if (selector === BodyKind.operation) return { selector, value: readOperationBody(reader) }
  return { selector: BodyKind.inboxItem, value: reader.uint64() }
}

export function readOperationBody(reader: ByteReader): Operation {
  const length = reader.uint32()
  const operation = OperationType.deserialize(reader.read(length)) as Operation
  reader.read(paddingOf(length))
  return operation
}

function readMessage(reader: ByteReader): Message {
  return { conversation: reader.uint32(), member: reader.uint32(), content: reader.read(rootBytes) }
}
