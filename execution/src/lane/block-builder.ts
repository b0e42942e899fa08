import {
  limits,
  type QueuedItem,
  type SignedOperation,
  SignedOperationType,
  shardOfItem,
  signedMessageBytes,
  type TransitionFault,
} from '@parley/protocol'
import type { BatchWriter, SubmittedMessage } from '../codec/batch.ts'
import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { EntryKind } from '../codec/record.ts'
import { ExecutionError } from '../faults.ts'
import { messageAt, slotBytes } from '../rings/slot.ts'
import { loadSlot } from './load-slot.ts'
import { noRoom, RunBuilder, type RunSurroundings } from './run-builder.ts'
import type { ShardState } from './shard-state.ts'

const submitted = { nonce: true, signature: true } as const
const journalled = { nonce: true, signature: false } as const

/** The part of the open block that one lane executes. */
export class BlockBuilder {
  readonly number: bigint
  private readonly runs = new Map<number, RunBuilder>()
  private readonly slot = new Uint8Array(slotBytes)
  private readonly slotWords = new Int32Array(this.slot.buffer)
  private readonly slotHalves = new Uint16Array(this.slot.buffer)
  private readonly shards: ReadonlyMap<number, ShardState>
  private readonly around: RunSurroundings

  /** Executes the items. @param shards - Those of the lane. */
  constructor(
    number: bigint,
    items: readonly QueuedItem[],
    shards: ReadonlyMap<number, ShardState>,
    around: RunSurroundings,
  ) {
    this.number = number
    this.shards = shards
    this.around = around
    for (const queued of items) this.runOf(shardOfItem(queued.item) ?? limits.shards)?.item(queued)
  }

  /** Executes the message in the executor's fields, which were read from `at`. @returns false when the block has no room for it. */
  message(at: SubmittedMessage, batch: BatchWriter): boolean {
    const { shard } = this.around.messages
    const run = this.runOf(shard)
    const result = run === undefined ? shardFault(shard) : run.message(submitted, false)
    if (result === noRoom) return false
    const { positionLow, positionHigh } = this.around.messages
    if (result === undefined) batch.acceptedMessage(at, positionLow, positionHigh)
    else batch.refused(at.ticket, at.entry, result)
    return true
  }

  /** Executes a signed operation in SSZ. @returns false when the block has no room for it. */
  operation(ticket: number, bytes: Uint8Array, batch: BatchWriter): boolean {
    const signed = SignedOperationType.deserialize(bytes) as SignedOperation
    const { shard } = signed.operation.value
    const run = this.runOf(shard)
    const result = run === undefined ? shardFault(shard) : run.operation(signed, false)
    if (result === noRoom) return false
    if (typeof result === 'bigint') batch.acceptedOperation(ticket, bytes, result)
    else batch.refused(ticket, 0, result)
    return true
  }

  /**
   * Applies entries of a journal record; signatures and room are not looked at.
   * @throws {ExecutionError} `RECORD_INVALID` when one is not valid in the state it meets.
   */
  replay(entries: Uint8Array): void {
    const reader = new ByteReader(entries)
    while (reader.left > 0) {
      const offset = reader.offset
      const result = reader.uint8() === EntryKind.message ? this.replayMessage(reader) : this.replayOperation(reader)
      if (typeof result === 'object')
        throw new ExecutionError({ code: 'RECORD_INVALID', reason: `entry is refused: ${result.code}`, offset })
    }
  }

  /** Closes the runs. @returns them as `codec/sealed-runs.ts` has them, shards ascending. */
  seal(): Uint8Array {
    const writer = new ByteWriter(64 * 1024)
    for (const [, run] of [...this.runs].sort(([a], [b]) => a - b)) {
      run.flush()
      if (!run.isEmpty) run.write(writer)
    }
    return writer.written().slice()
  }

  private replayMessage(reader: ByteReader) {
    this.slot.set(reader.read(signedMessageBytes), messageAt)
    loadSlot(this.slotWords, this.slotHalves, 0, this.around.messages)
    const { shard } = this.around.messages
    const run = this.runOf(shard)
    return run === undefined ? shardFault(shard) : run.message(journalled, true)
  }

  private replayOperation(reader: ByteReader) {
    const signed = SignedOperationType.deserialize(reader.read(reader.uint32())) as SignedOperation
    const { shard } = signed.operation.value
    const run = this.runOf(shard)
    return run === undefined ? shardFault(shard) : run.operation(signed, true)
  }

  private runOf(shard: number): RunBuilder | undefined {
    const run = this.runs.get(shard)
    if (run !== undefined) return run
    const state = this.shards.get(shard)
    if (state === undefined) return undefined
    const created = new RunBuilder(state, this.around)
    this.runs.set(shard, created)
    return created
  }
}

function shardFault(shard: number): TransitionFault {
  return { code: 'FIELD_OUT_OF_RANGE', field: 'shard', value: shard, minimum: 0, maximum: limits.shards - 1 }
}
