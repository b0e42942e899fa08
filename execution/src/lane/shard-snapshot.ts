import { limits } from '@parley/protocol'
import { ByteWriter, FormError } from '../codec/bytes.ts'
import {
  accountBytes,
  chunkTargetBytes,
  conversationBytes,
  markLast,
  memberBytes,
  ShardChunks,
  type SnapshotCursor,
  writeAccount,
  writeChunkHeader,
} from '../codec/snapshot.ts'
import type { SnapshotChunk } from './commands.ts'
import type { ShardState } from './shard-state.ts'

/**
 * Writes one chunk of a shard.
 * @param targetBytes - The chunk is closed once it is this large.
 * @returns it, and where the next begins if there is one.
 */
export function writeChunk(
  state: ShardState,
  cursor: SnapshotCursor,
  targetBytes: number = chunkTargetBytes,
): SnapshotChunk {
  const writer = new ByteWriter(64 * 1024)
  writeChunkHeader(writer, state.index, cursor)
  if (cursor.part === 0) for (const value of [state.feeExcess, state.feeTime, state.revenue]) writer.uint64(value)
  const account = writeList(writer, targetBytes, cursor.account, state.accounts.count, (index) => {
    writeAccount(writer, state.accounts.read(index))
  })
  const conversation = writeList(writer, targetBytes, cursor.conversation, state.conversations.count, (index) => {
    state.conversations.writePacked(index, writer)
  })
  const bytes = writer.written().slice()
  const isLast = account === state.accounts.count && conversation === state.conversations.count
  if (isLast) markLast(bytes)
  return { bytes, next: isLast ? undefined : { part: cursor.part + 1, account, conversation } }
}

/** Bytes of a shard's accounts and conversations as its chunks hold them. */
export function packedBytes({ accounts, conversations }: ShardState): number {
  let members = 0
  for (let index = 0; index < conversations.count; index += 1) members += conversations.memberCount(index)
  return accounts.count * accountBytes + conversations.count * conversationBytes + members * memberBytes
}

/** Writes a count and elements until the chunk is large enough. @returns the first index left. */
function writeList(
  writer: ByteWriter,
  targetBytes: number,
  from: number,
  to: number,
  write: (index: number) => void,
): number {
  const countAt = writer.length
  writer.uint32(0)
  let index = from
  for (; index < to && writer.length < targetBytes; index += 1) write(index)
  writer.patchUint32(countAt, index - from)
  return index
}

/** Reads the chunks of one shard into an empty state, in order. */
export class ShardRestore {
  private readonly chunks: ShardChunks
  private readonly state: ShardState

  constructor(state: ShardState) {
    this.state = state
    this.chunks = new ShardChunks(state.index, {
      fees(feeExcess, feeTime, revenue) {
        state.feeExcess = feeExcess
        state.feeTime = feeTime
        state.revenue = revenue
      },
      account(account) {
        state.dirtyAccounts.add(state.accounts.append(account))
      },
      conversation(reader) {
        const { conversations, dirtyMembers } = state
        if (conversations.count === limits.conversationsPerShard)
          throw new FormError('too many conversations', reader.offset)
        const index = conversations.appendPacked(reader)
        const count = conversations.memberCount(index)
        for (let slot = 0; slot < count; slot += 1) dirtyMembers.add(index, slot)
      },
    })
  }

  get isComplete(): boolean {
    return this.chunks.isComplete
  }

  /** @throws {FormError} when the chunk has not the form or is not the next. */
  read(bytes: Uint8Array): void {
    this.chunks.read(bytes)
    // Hashed chunk by chunk, so that what is marked dirty stays small.
    this.state.root()
  }
}
