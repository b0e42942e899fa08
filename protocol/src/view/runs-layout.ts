import type { BatchColumns } from '../codec/core-columns.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { BodyKind } from '../types/block.ts'
import { type Operation, OperationType, signatureCount } from '../types/operation.ts'
import {
  RunsView,
  runFixed,
  segmentFixed,
  signatureBytes,
  viewedContent,
  viewedMember,
  viewedMessageBytes,
} from './runs-view.ts'

const offsetBytes = 4
const rootBytes = 32
const itemBytes = 8

const signaturesFor = (operation: Uint8Array): number =>
  signatureCount(OperationType.deserialize(operation) as Operation)

/** How many signatures the blocks of a batch need. */
export function signaturesOfColumns({ conversations, operations }: BatchColumns): number {
  return operations.reduce((sum, operation) => sum + signaturesFor(operation), conversations.length)
}

/** Bytes written from the front, with a view for integers. */
class Target {
  readonly bytes: Uint8Array
  readonly view: DataView
  at = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
    this.view = new DataView(this.bytes.buffer)
  }

  uint32(value: number): void {
    this.view.setUint32(this.at, value, true)
    this.at += offsetBytes
  }

  write(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** Offsets of the elements of a list, which are written next. */
  offsets(lengths: readonly number[]): void {
    let place = offsetBytes * lengths.length
    for (const length of lengths) {
      this.uint32(place)
      place += length
    }
  }
}

/** A segment on its way from columns to bytes. */
interface PlacedSegment {
  readonly kind: number
  readonly postRoot: Uint8Array
  /** Messages of the segment; 0 for others. */
  readonly messages: number
  /** SSZ of the body of an operation or item. */
  readonly body: Uint8Array
  readonly signatures: number
}

interface PlacedRun {
  readonly shard: number
  readonly segments: readonly PlacedSegment[]
  /** Of each segment's SSZ. */
  readonly lengths: readonly number[]
  /** Of each segment's signatures. */
  readonly signed: readonly number[]
}

const noBytes = new Uint8Array(0)
const listBytes = (lengths: readonly number[]): number => lengths.reduce((sum, length) => sum + offsetBytes + length, 0)

/** Lays out the runs of a batch as SSZ, one block after another, each segment beginning at the root that its shard stands at. */
export class RunsLayout {
  private run = 0
  private segment = 0
  private spoken = 0
  private message = 0
  private item = 0
  private operation = 0
  private signature = 0
  private readonly columns: BatchColumns
  private readonly signatures: Uint8Array | undefined
  private readonly standing: Bytes32[]

  constructor(columns: BatchColumns, signatures: Uint8Array | undefined, shardRoots: readonly Bytes32[]) {
    this.columns = columns
    this.signatures = signatures
    this.standing = [...shardRoots]
  }

  /** The next block, of `count` runs. */
  next(count: number): RunsView {
    const runs = Array.from({ length: count }, () => this.place())
    const lengths = runs.map((run) => runFixed + listBytes(run.lengths))
    const signed = runs.map((run) => listBytes(run.signed))
    const target = new Target(listBytes(lengths))
    const witness = new Target(listBytes(signed))
    target.offsets(lengths)
    witness.offsets(signed)
    for (const run of runs) {
      this.writeRun(target, run)
      this.writeSignatures(witness, run)
    }
    // Only now: a shard that has two runs, against the rules, begins both at the root before the block.
    for (const { shard, segments } of runs) {
      const last = segments.at(-1)
      if (last !== undefined) this.standing[shard] = last.postRoot
    }
    return RunsView.read(target.bytes, witness.bytes)
  }

  /** Takes the next run out of the columns, all but its messages. */
  private place(): PlacedRun {
    const { shards, segmentCounts } = this.columns
    const at = this.run
    this.run += 1
    const segments = Array.from({ length: segmentCounts[at] as number }, () => this.placeSegment())
    return {
      shard: shards[at] as number,
      segments,
      lengths: segments.map(({ messages, body }) => segmentFixed + 1 + messages * viewedMessageBytes + body.length),
      signed: segments.map(({ signatures }) => signatures * signatureBytes),
    }
  }

  private placeSegment(): PlacedSegment {
    const { kinds, postRoots, sizes, items, operations } = this.columns
    const at = this.segment
    this.segment += 1
    const kind = kinds[at] as number
    const postRoot = postRoots.subarray(at * rootBytes, (at + 1) * rootBytes)
    if (kind === BodyKind.messages) {
      const messages = sizes[this.spoken++] as number
      return { kind, postRoot, messages, body: noBytes, signatures: messages }
    }
    if (kind === BodyKind.operation) {
      const body = operations[this.operation++] as Uint8Array
      return { kind, postRoot, messages: 0, body, signatures: signaturesFor(body) }
    }
    const body = new Uint8Array(itemBytes)
    new DataView(body.buffer).setBigUint64(0, items[this.item++] as bigint, true)
    return { kind, postRoot, messages: 0, body, signatures: 0 }
  }

  private writeRun(target: Target, { shard, segments, lengths }: PlacedRun): void {
    const before = this.standing[shard] as Bytes32
    const after = segments.at(-1)?.postRoot ?? before
    target.write(Uint8Array.of(shard))
    target.uint32(runFixed)
    target.write(after)
    target.offsets(lengths)
    let standing = before
    for (const segment of segments) {
      target.write(standing)
      target.uint32(segmentFixed)
      target.write(segment.postRoot)
      target.write(Uint8Array.of(segment.kind))
      target.write(segment.body)
      this.writeMessages(target, segment.messages)
      standing = segment.postRoot
    }
  }

  private writeMessages(target: Target, count: number): void {
    const { conversations, members, contents } = this.columns
    const { bytes, view } = target
    let to = target.at
    for (let i = this.message; i < this.message + count; i += 1) {
      view.setUint32(to, conversations[i] as number, true)
      view.setUint16(to + viewedMember, members[i] as number, true)
      const from = i * rootBytes
      for (let b = 0; b < rootBytes; b += 1) bytes[to + viewedContent + b] = contents[from + b] as number
      to += viewedMessageBytes
    }
    target.at = to
    this.message += count
  }

  private writeSignatures(witness: Target, { signed }: PlacedRun): void {
    witness.offsets(signed)
    const length = signed.reduce((sum, bytes) => sum + bytes, 0)
    if (this.signatures === undefined) witness.at += length
    else witness.write(this.signatures.subarray(this.signature, this.signature + length))
    this.signature += length
  }
}
