import { limits } from '../limits.ts'
import { type BlockWitness, BlockWitnessType, BodyKind, type Run, RunsType } from '../types/block.ts'
import { type Operation, OperationType, signatureCount } from '../types/operation.ts'
import { ViewReader, viewFault } from './offsets.ts'

/** Bytes of one message in a segment: conversation 4, member 2, content 32. */
export const viewedMessageBytes = 38
/** Where the member and the content of a message begin in it. */
export const viewedMember = 4
export const viewedContent = 6
export const signatureBytes = 64

/** Bytes of a run before its segments, and of a segment before its body. */
export const runFixed = 37
export const segmentFixed = 68

/** Where the things of a segment lie in the runs, and its signatures in the witness. */
export interface ViewedSegment {
  /** One of {@link BodyKind}. */
  readonly kind: number
  readonly preRoot: number
  readonly postRoot: number
  /** The body behind its selector. */
  readonly body: number
  readonly bodyEnd: number
  /** Messages of the segment; 0 for others. */
  readonly messages: number
  readonly signatures: number
  readonly signatureCount: number
}

export interface ViewedRun {
  readonly shard: number
  readonly postRoot: number
  readonly segments: readonly ViewedSegment[]
}

/**
 * The runs of a block and their signatures as SSZ bytes, and where in them everything lies: an object a segment and none
 * a message, for a block has thousands of messages and whoever passes it on looks at few things in each.
 */
export class RunsView {
  /** SSZ of the runs. */
  readonly bytes: Uint8Array
  /** SSZ of the block's witness. */
  readonly witnessBytes: Uint8Array
  readonly runs: readonly ViewedRun[]
  readonly messages: number
  private readonly reader: ViewReader

  private constructor(reader: ViewReader, witness: ViewReader, runs: readonly ViewedRun[]) {
    this.reader = reader
    this.bytes = reader.bytes
    this.witnessBytes = witness.bytes
    this.runs = runs
    let messages = 0
    for (const { segments } of runs) for (const segment of segments) messages += segment.messages
    this.messages = messages
  }

  /**
   * Looks where things are. Bytes are kept, not copied. Whether each segment has as many signatures as its body needs is
   * for the caller to see.
   * @throws {CodecError} when the bytes are not the SSZ of runs and of a witness.
   */
  static read(bytes: Uint8Array, witnessBytes: Uint8Array): RunsView {
    const reader = new ViewReader(bytes)
    const witness = new ViewReader(witnessBytes)
    const places = reader.elements('runs', 0, bytes.length, limits.shards)
    const signed = witness.elements('witness', 0, witnessBytes.length, limits.shards)
    const count = places.length - 1
    if (signed.length - 1 !== count) throw viewFault('witness', `${signed.length - 1} runs instead of ${count}`)
    const runs: ViewedRun[] = []
    for (let r = 0; r < count; r += 1)
      runs.push(
        readRun(
          reader,
          places[r] as number,
          places[r + 1] as number,
          witness,
          signed[r] as number,
          signed[r + 1] as number,
        ),
      )
    return new RunsView(reader, witness, runs)
  }

  conversation(at: number): number {
    return this.reader.uint32(at)
  }

  member(at: number): number {
    return this.reader.uint16(at + viewedMember)
  }

  /** A view of 32 bytes of the runs. */
  root(at: number): Uint8Array {
    return this.bytes.subarray(at, at + 32)
  }

  /** The SSZ of a segment's operation. */
  operationBytes({ body, bodyEnd }: ViewedSegment): Uint8Array {
    return this.bytes.subarray(body, bodyEnd)
  }

  operation(segment: ViewedSegment): Operation {
    // A copy: byte fields of what is decoded would share memory with the view.
    return OperationType.deserialize(this.operationBytes(segment).slice()) as Operation
  }

  item({ body }: ViewedSegment): bigint {
    return BigInt(this.reader.uint32(body)) | (BigInt(this.reader.uint32(body + 4)) << 32n)
  }

  /** How many signatures the body of a segment needs. */
  signaturesNeeded(segment: ViewedSegment): number {
    return segment.kind === BodyKind.operation ? signatureCount(this.operation(segment)) : segment.messages
  }

  /** A view of all signatures of a segment. */
  signatures({ signatures, signatureCount: count }: ViewedSegment): Uint8Array {
    return this.witnessBytes.subarray(signatures, signatures + count * signatureBytes)
  }

  /** As values. */
  decodeRuns(): Run[] {
    return RunsType.deserialize(this.bytes) as Run[]
  }

  /** As values. */
  decodeWitness(): BlockWitness {
    return BlockWitnessType.deserialize(this.witnessBytes)
  }
}

function readRun(
  reader: ViewReader,
  from: number,
  to: number,
  witness: ViewReader,
  signedFrom: number,
  signedTo: number,
): ViewedRun {
  reader.assertFixed('run', from, to, runFixed)
  const shard = reader.bytes[from] as number
  const list = reader.offset('segments', from + 1, from, to)
  if (list !== from + runFixed) throw viewFault('segments', 'a wrong offset')
  const places = reader.elements('segments', list, to, limits.segmentsPerBlock)
  const signed = witness.elements('witness', signedFrom, signedTo, limits.segmentsPerBlock)
  const count = places.length - 1
  if (signed.length - 1 !== count) throw viewFault('witness', `${signed.length - 1} segments instead of ${count}`)
  const segments: ViewedSegment[] = []
  for (let s = 0; s < count; s += 1) {
    const signatures = signed[s] as number
    const signedEnd = signed[s + 1] as number
    const signatureCount = witness.count('signatures', signatures, signedEnd, signatureBytes, limits.messagesPerSegment)
    segments.push(readSegment(reader, places[s] as number, places[s + 1] as number, signatures, signatureCount))
  }
  return { shard, postRoot: from + 5, segments }
}

function readSegment(
  reader: ViewReader,
  from: number,
  to: number,
  signatures: number,
  signatureCount: number,
): ViewedSegment {
  reader.assertFixed('segment', from, to, segmentFixed)
  const selector = reader.offset('body', from + 32, from, to)
  if (selector !== from + segmentFixed || selector === to) throw viewFault('body', 'a wrong offset')
  const kind = reader.bytes[selector] as number
  const body = selector + 1
  let messages = 0
  if (kind === BodyKind.messages)
    messages = reader.count('messages', body, to, viewedMessageBytes, limits.messagesPerSegment)
  else if (kind === BodyKind.operation) assertOperation(reader.bytes.slice(body, to))
  else if (kind !== BodyKind.inboxItem || to - body !== 8)
    throw viewFault('body', `selector ${kind}, ${to - body} bytes`)
  return {
    kind,
    preRoot: from,
    postRoot: from + 36,
    body,
    bodyEnd: to,
    messages,
    signatures,
    signatureCount,
  }
}

function assertOperation(bytes: Uint8Array): void {
  try {
    OperationType.deserialize(bytes)
  } catch {
    // The library's errors say nothing that a sender could use.
    throw viewFault('operation', 'is not SSZ of its type')
  }
}
