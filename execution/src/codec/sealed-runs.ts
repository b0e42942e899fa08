import { BodyKind, joinElements, OperationType, RunsView, viewedMessageBytes } from '@parley/protocol'
import { ByteReader, type ByteWriter } from './bytes.ts'
import {
  type LoggedBody,
  type LoggedMessages,
  type LoggedSegment,
  LoggedWord,
  loggedWords,
  signatureWords,
} from './logged-segment.ts'

/**
 * Runs as lanes hand over what they sealed, one after another: root (32 bytes), shard (4), bytes of the run's SSZ and of its witness's
 * (4 each), and these. The main thread only puts them side by side.
 */
const rootBytes = 32
const offsetBytes = 4
const runFixed = 37
const segmentFixed = 68

/** SSZ of a segment's body behind the selector, worked out once. */
function bodyBytes(body: LoggedBody): number {
  if (body.selector === BodyKind.messages) return body.count * viewedMessageBytes
  return body.selector === BodyKind.operation ? OperationType.serialize(body.signed.operation).length : 8
}

function signatureCount(body: LoggedBody): number {
  if (body.selector === BodyKind.messages) return body.count
  return body.selector === BodyKind.operation ? body.signed.signatures.length : 0
}

/** Writes a sealed run with its root. */
export function writeSealedRun(
  writer: ByteWriter,
  root: Uint8Array,
  shard: number,
  segments: readonly LoggedSegment[],
): void {
  const lengths = segments.map(({ body }) => segmentFixed + 1 + bodyBytes(body))
  const signatures = segments.map(({ body }) => 64 * signatureCount(body))
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + offsetBytes + value, 0)
  writer.write(root)
  writer.uint32(shard)
  writer.uint32(runFixed + sum(lengths))
  writer.uint32(sum(signatures))
  writer.uint8(shard)
  writer.uint32(runFixed)
  writer.write((segments.at(-1) as LoggedSegment).postRoot)
  writeOffsets(writer, lengths)
  for (const segment of segments) writeSegment(writer, segment)
  writeOffsets(writer, signatures)
  for (const { body } of segments) writeBodySignatures(writer, body)
}

function writeOffsets(writer: ByteWriter, lengths: readonly number[]): void {
  let place = offsetBytes * lengths.length
  for (const length of lengths) {
    writer.uint32(place)
    place += length
  }
}

function writeSegment(writer: ByteWriter, { preRoot, body, postRoot }: LoggedSegment): void {
  writer.write(preRoot)
  writer.uint32(segmentFixed)
  writer.write(postRoot)
  writer.uint8(body.selector)
  if (body.selector === BodyKind.messages) writeMessages(writer, body)
  else if (body.selector === BodyKind.operation) writer.write(OperationType.serialize(body.signed.operation))
  else writer.uint64(body.index)
}

function writeMessages(writer: ByteWriter, { words, count }: LoggedMessages): void {
  const bytes = new Uint8Array(words.buffer)
  for (let i = 0; i < count; i += 1) {
    const word = i * loggedWords
    writer.uint32((words[word + LoggedWord.conversation] as number) >>> 0)
    writer.uint16(words[word + LoggedWord.member] as number)
    writer.copy(bytes, 4 * (word + LoggedWord.content), rootBytes)
  }
}

function writeBodySignatures(writer: ByteWriter, body: LoggedBody): void {
  if (body.selector === BodyKind.messages)
    writer.write(new Uint8Array(body.signatures.buffer, 0, body.count * signatureWords * 4))
  else if (body.selector === BodyKind.operation) for (const signature of body.signed.signatures) writer.write(signature)
}

interface SealedRun {
  readonly shard: number
  readonly root: Uint8Array
  readonly run: Uint8Array
  readonly witness: Uint8Array
}

function readSealedRuns(bytes: Uint8Array): SealedRun[] {
  const reader = new ByteReader(bytes)
  const runs: SealedRun[] = []
  while (reader.left > 0) {
    const root = reader.read(rootBytes)
    const shard = reader.uint32()
    const [runBytes, witnessBytes] = [reader.uint32(), reader.uint32()]
    runs.push({ shard, root, run: reader.read(runBytes), witness: reader.read(witnessBytes) })
  }
  return runs
}

/** Puts the runs of all lanes together, shards ascending. @returns them with the root of each. */
export function joinSealedRuns(ofLanes: readonly Uint8Array[]): { view: RunsView; roots: Uint8Array[] } {
  const runs = ofLanes.flatMap(readSealedRuns).sort((a, b) => a.shard - b.shard)
  const view = RunsView.read(joinElements(runs.map(({ run }) => run)), joinElements(runs.map(({ witness }) => witness)))
  return { view, roots: runs.map(({ root }) => root) }
}
