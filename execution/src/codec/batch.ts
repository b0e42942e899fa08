import type { TransitionFault } from '@parley/protocol'
import type { ExecutedBatch, Outcome } from '../api.ts'
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
  /** Entries collected. */
  entries = 0
  private readonly record = new ByteWriter(64 * 1024)
  private readonly outcomes = new ByteWriter(16 * 1024)

  begin(block: bigint): void {
    this.entries = 0
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
    header.uint32(record.length)
    return [header.written(), record, this.outcomes.written()]
  }

  private accepted(ticket: number, entry: number): void {
    this.entries += 1
    this.outcomes.uint32(ticket)
    this.outcomes.uint32(entry)
    this.outcomes.uint8(acceptedNumber)
  }
}

const frameHeaderBytes = 16

/** Reads a frame; the batch's record is a view of it. */
export function readBatch(lane: number, frame: Uint8Array): ExecutedBatch {
  const reader = new ByteReader(frame)
  const block = reader.uint64()
  const entries = reader.uint32()
  const record = reader.read(reader.uint32())
  const outcomes = Array.from({ length: entries }, () => {
    const ticket = reader.uint32()
    const entry = reader.uint32()
    return { ticket, entry, outcome: readOutcome(reader, block) }
  })
  reader.end()
  return { lane, block, record, outcomes }
}

function readOutcome(reader: ByteReader, block: bigint): Outcome {
  const number = reader.uint8()
  if (number === acceptedNumber) return { accepted: true, block, position: reader.uint64() }
  return { accepted: false, fault: readFault(reader, number) }
}
