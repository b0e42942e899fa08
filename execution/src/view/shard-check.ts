import type { Bytes32 } from '@parley/protocol'
import { FormError } from '../codec/bytes.ts'
import { ExecutionError } from '../faults.ts'
import { ShardRestore } from '../lane/shard-snapshot.ts'
import { createLaneMemory, ShardState } from '../lane/shard-state.ts'

/** One shard, restored by itself to see what its chunks hold; it is no part of any state. */
export class ShardCheck {
  private readonly state: ShardState
  private readonly chunks: ShardRestore

  constructor(shard: number) {
    this.state = new ShardState(shard, createLaneMemory())
    this.chunks = new ShardRestore(this.state)
  }

  /** Takes the shard's next chunk. @throws {ExecutionError} `SNAPSHOT_INVALID` when it has not the form or is not the next. */
  read(bytes: Uint8Array): void {
    try {
      this.chunks.read(bytes)
    } catch (error) {
      if (!(error instanceof FormError)) throw error
      throw this.invalid(error.message, error)
    }
  }

  /** The shard's root. @throws {ExecutionError} `SNAPSHOT_INVALID` when chunks are missing. */
  root(): Bytes32 {
    if (!this.chunks.isComplete) throw this.invalid('chunks are missing')
    return this.state.root()
  }

  /** Entries of each conversation's record, in their order: messages and membership changes. */
  *entries(): Generator<bigint> {
    const { conversations } = this.state
    for (let index = 0; index < conversations.count; index += 1) {
      const { messageCount, epoch } = conversations.readFields(index)
      yield messageCount + epoch
    }
  }

  private invalid(reason: string, cause?: Error): ExecutionError {
    return new ExecutionError({ code: 'SNAPSHOT_INVALID', shard: this.state.index, reason }, { cause })
  }
}
