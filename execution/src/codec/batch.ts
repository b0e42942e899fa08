import type { TransitionFault } from '@parley/protocol'
import type { EntryOutcome, ExecutedBatch, OutcomeVisitor } from '../api.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { readFault, writeFault } from './faults.ts'
import { recordHeaderBytes, writeRecordHeader, writeRecordMessage, writeRecordOperation } from './record.ts'

const acceptedNumber = 0

/** Where a submitted message lies, and who waits for its outcome. One object is used again and again. */
export interface SubmittedMessage {
  ticket: number
  entry: number
  readonly bytes: Uint8Array
  offset: number
}

/** Collects what a lane executed until it is told to the main thread. */
export class BatchWriter {
  /** Entries collected, and how many of them were accepted. */
  entries = 0
  private acceptedEntries = 0
  private readonly record = new ByteWriter(64 * 1024)
  private readonly outcomes = new ByteWriter(16 * 1024)

  begin(block: bigint): void {
    this.entries = 0
    this.acceptedEntries = 0
    this.record.clear()
    this.outcomes.clear()
    writeRecordHeader(this.record, block)
  }

  /** Bytes a frame of the batch takes. */
  get bytes(): number {
    return this.record.length + this.outcomes.length + frameHeaderBytes
  }

  acceptedMessage(at: SubmittedMessage, positionLow: number, positionHigh: number): void {
    writeRecordMessage(this.record, at.bytes, at.offset)
    this.accepted(at.ticket, at.entry)
    this.outcomes.uint32(positionLow)
    this.outcomes.uint32(positionHigh)
  }

  acceptedOperation(ticket: number, operation: Uint8Array, position: bigint): void {
    writeRecordOperation(this.record, operation)
    this.accepted(ticket, 0)
    this.outcomes.uint64(position)
  }

  refused(ticket: number, entry: number, fault: TransitionFault): void {
    this.entries += 1
    this.outcomes.uint32(ticket)
    this.outcomes.uint32(entry)
    writeFault(this.outcomes, fault)
  }

  /** The parts of the frame, to be written one after the other. */
  frame(block: bigint): Uint8Array[] {
    const record = this.record.length === recordHeaderBytes ? new Uint8Array(0) : this.record.written()
    const header = new ByteWriter(frameHeaderBytes)
    header.uint64(block)
    header.uint32(this.entries)
    header.uint32(this.acceptedEntries)
    header.uint32(record.length)
    return [header.written(), record, this.outcomes.written()]
  }

  private accepted(ticket: number, entry: number): void {
    this.entries += 1
    this.acceptedEntries += 1
    this.outcomes.uint32(ticket)
    this.outcomes.uint32(entry)
    this.outcomes.uint8(acceptedNumber)
  }
}

const frameHeaderBytes = 20

/** Reads a frame; the batch's record is a view of it. */
export function readBatch(lane: number, frame: Uint8Array): ExecutedBatch {
  const reader = new ByteReader(frame)
  const block = reader.uint64()
  const entries = reader.uint32()
  const accepted = reader.uint32()
  const record = reader.read(reader.uint32())
  return new FrameBatch({ lane, block, record, entries, accepted }, reader.read(reader.left))
}

/** A batch whose outcomes stay as they came. */
class FrameBatch implements ExecutedBatch {
  readonly lane: number
  readonly block: bigint
  readonly record: Uint8Array
  readonly entries: number
  readonly accepted: number
  private readonly told: Uint8Array

  constructor(head: Pick<ExecutedBatch, 'lane' | 'block' | 'record' | 'entries' | 'accepted'>, told: Uint8Array) {
    this.lane = head.lane
    this.block = head.block
    this.record = head.record
    this.entries = head.entries
    this.accepted = head.accepted
    this.told = told
  }

  visit(visitor: OutcomeVisitor): void {
    const reader = new ByteReader(this.told)
    for (let i = 0; i < this.entries; i += 1) {
      const ticket = reader.uint32()
      const entry = reader.uint32()
      const number = reader.uint8()
      if (number === acceptedNumber) visitor.accepted(ticket, entry, reader.uint32(), reader.uint32())
      else visitor.refused(ticket, entry, readFault(reader, number))
    }
    reader.end()
  }

  get outcomes(): readonly EntryOutcome[] {
    const outcomes: EntryOutcome[] = []
    const { block } = this
    this.visit({
      accepted(ticket, entry, low, high) {
        const position = (BigInt(high) << 32n) | BigInt(low)
        outcomes.push({ ticket, entry, outcome: { accepted: true, block, position } })
      },
      refused: (ticket, entry, fault) => void outcomes.push({ ticket, entry, outcome: { accepted: false, fault } }),
    })
    return outcomes
  }
}
