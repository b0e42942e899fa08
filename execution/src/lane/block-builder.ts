import {
  limits,
  type QueuedItem,
  type SignedOperation,
  SignedOperationType,
  shardOfItem,
  type TransitionFault,
} from '@parley/protocol'
import type { BatchWriter, SubmittedMessage } from '../codec/batch.ts'
import { ByteReader } from '../codec/bytes.ts'
import { EntryKind } from '../codec/record.ts'
import { ExecutionError } from '../faults.ts'
import { recordedMessageBytes } from './recorded-messages.ts'
import { noRoom, RunBuilder, type RunSurroundings } from './run-builder.ts'
import type { ShardState } from './shard-state.ts'

const submitted = { nonce: true, signature: true } as const
const journalled = { nonce: true, signature: false } as const

/** The part of the open block that one lane executes. */
export class BlockBuilder {
  readonly number: bigint
  private readonly runs = new Map<number, RunBuilder>()
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
    for (let at = 0; at < entries.length; )
      at = entries[at] === EntryKind.message ? this.replayMessages(entries, at) : this.replayOperation(entries, at)
  }

  /** Closes the runs. @returns them as `codec/sealed-runs.ts` has them, shards ascending. */
  seal(): Uint8Array {
    const { sealed } = this.around
    sealed.clear()
    for (const [, run] of [...this.runs].sort(([a], [b]) => a - b)) {
      run.flush()
      if (!run.isEmpty) run.write(sealed)
    }
    return sealed.written().slice()
  }

  /** @returns where the entries go on. */
  private replayMessages(entries: Uint8Array, at: number): number {
    const { recorded, messages } = this.around
    const count = recorded.take(entries, at)
    if (count === 0) throw invalidEntry('a message is cut', at)
    for (let row = 0; row < count; row += 1) {
      recorded.load(row, messages)
      const run = this.runOf(messages.shard)
      const fault = run === undefined ? shardFault(messages.shard) : run.message(journalled, true)
      messages.takeBack()
      if (typeof fault === 'object') throw refusedEntry(fault, at + row * recordedMessageBytes)
    }
    return at + count * recordedMessageBytes
  }

  private replayOperation(entries: Uint8Array, at: number): number {
    const reader = new ByteReader(entries)
    reader.offset = at + 1
    const signed = SignedOperationType.deserialize(reader.read(reader.uint32())) as SignedOperation
    const { shard } = signed.operation.value
    const run = this.runOf(shard)
    const result = run === undefined ? shardFault(shard) : run.operation(signed, true)
    if (typeof result === 'object') throw refusedEntry(result, at)
    return reader.offset
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

function refusedEntry({ code }: TransitionFault, offset: number): ExecutionError {
  return invalidEntry(`entry is refused: ${code}`, offset)
}

function invalidEntry(reason: string, offset: number): ExecutionError {
  return new ExecutionError({ code: 'RECORD_INVALID', reason, offset })
}

function shardFault(shard: number): TransitionFault {
  return { code: 'FIELD_OUT_OF_RANGE', field: 'shard', value: shard, minimum: 0, maximum: limits.shards - 1 }
}
