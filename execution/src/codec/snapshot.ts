import type { Account, Conversation, Member } from '@parley/protocol'
import { ByteReader, type ByteWriter, FormError } from './bytes.ts'

/**
 * A chunk of a shard's snapshot: magic (4 bytes), version (2), shard (1), whether it is the last (1), part (4); the first
 * goes on with feeExcess, feeTime, revenue (8 each); then accounts: count (4), that many; conversations: count (4), that many.
 */
const magic = 0x504e_5350
const snapshotVersion = 1

/** A chunk is closed once it is this large; it ends with a whole conversation. */
export const chunkTargetBytes = 4 * 2 ** 20

/** Chunks above this are refused unread: the target and the largest conversation on top. */
export const maxChunkBytes = 8 * 2 ** 20

/** Where the next chunk of a snapshot begins. */
export interface SnapshotCursor {
  readonly part: number
  readonly account: number
  readonly conversation: number
}

interface ChunkHeader {
  readonly shard: number
  readonly isLast: boolean
  readonly part: number
}

const lastAt = 7

export function writeChunkHeader(writer: ByteWriter, shard: number, { part }: SnapshotCursor): void {
  writer.uint32(magic)
  writer.uint16(snapshotVersion)
  writer.uint8(shard)
  writer.uint8(0)
  writer.uint32(part)
}

/** Marks a finished chunk as its shard's last. */
export function markLast(chunk: Uint8Array): void {
  chunk[lastAt] = 1
}

function readChunkHeader(reader: ByteReader): ChunkHeader {
  if (reader.uint32() !== magic) throw new FormError('not a snapshot chunk', 0)
  const version = reader.uint16()
  if (version !== snapshotVersion) throw new FormError(`version ${version} is not known`, 4)
  const shard = reader.uint8()
  const last = reader.uint8()
  if (last > 1) throw new FormError(`last is ${last}`, lastAt)
  return { shard, isLast: last === 1, part: reader.uint32() }
}

/** Bytes of an account. */
export const accountBytes = 44

export function writeAccount(writer: ByteWriter, account: Account): void {
  writer.write(account.owner)
  writer.uint64(account.nonce)
  writer.uint64(account.balance)
  writer.uint64(account.withdrawn)
}

export function readAccount(reader: ByteReader): Account {
  return {
    owner: reader.read(20),
    nonce: reader.uint64(),
    balance: reader.uint64(),
    withdrawn: reader.uint64(),
  }
}

/**
 * A conversation is laid out as lanes keep it, so that a million of them are copied and not parsed: id, head (32 each),
 * epoch, messageCount (8 each), members (2), then of each key (32), nonce, allowance, priceLimit (8 each), sponsor, role (4 each).
 */
export const conversationHeadBytes = 80
export const memberKeyBytes = 32
export const memberRestBytes = 32
/** Bytes of a conversation without its members, and of each of them. */
export const conversationBytes = conversationHeadBytes + 2
export const memberBytes = memberKeyBytes + memberRestBytes

export function writeConversation(writer: ByteWriter, conversation: Conversation): void {
  writer.write(conversation.id)
  writer.write(conversation.head)
  writer.uint64(conversation.epoch)
  writer.uint64(conversation.messageCount)
  writer.uint16(conversation.members.length)
  for (const member of conversation.members) writeMember(writer, member)
}

export function readConversation(reader: ByteReader): Conversation {
  const [id, head] = [reader.read(32), reader.read(32)]
  const [epoch, messageCount] = [reader.uint64(), reader.uint64()]
  const members = Array.from({ length: reader.uint16() }, () => readMember(reader))
  return { id, epoch, members, messageCount, head }
}

export function readMember(reader: ByteReader): Member {
  const key = reader.read(memberKeyBytes)
  const [nonce, allowance, priceLimit] = [reader.uint64(), reader.uint64(), reader.uint64()]
  return { key, nonce, allowance, priceLimit, sponsor: reader.uint32(), role: reader.uint32() }
}

export function writeMember(writer: ByteWriter, member: Member): void {
  writer.write(member.key)
  writer.uint64(member.nonce)
  writer.uint64(member.allowance)
  writer.uint64(member.priceLimit)
  writer.uint32(member.sponsor)
  writer.uint32(member.role)
}

/** What the chunks of one shard are read into. */
export interface ShardSink {
  fees(feeExcess: bigint, feeTime: bigint, revenue: bigint): void
  account(account: Account): void
  /** Reads one conversation. */
  conversation(reader: ByteReader): void
}

/** Reads the chunks of one shard in their order. */
export class ShardChunks {
  private part = 0
  private done = false
  private readonly shard: number
  private readonly sink: ShardSink

  constructor(shard: number, sink: ShardSink) {
    this.shard = shard
    this.sink = sink
  }

  get isComplete(): boolean {
    return this.done
  }

  /** @throws {FormError} when the chunk has not the form or is not the next. */
  read(bytes: Uint8Array): void {
    if (bytes.length > maxChunkBytes) throw new FormError(`chunk of ${bytes.length} bytes`, maxChunkBytes)
    const reader = new ByteReader(bytes)
    const header = readChunkHeader(reader)
    if (header.shard !== this.shard) throw new FormError(`chunk is of shard ${header.shard}`, 6)
    if (this.done || header.part !== this.part) throw new FormError(`chunk ${header.part} is out of turn`, 8)
    if (header.part === 0) this.sink.fees(reader.uint64(), reader.uint64(), reader.uint64())
    for (let left = reader.uint32(); left > 0; left -= 1) this.sink.account(readAccount(reader))
    for (let left = reader.uint32(); left > 0; left -= 1) this.sink.conversation(reader)
    reader.end()
    this.part += 1
    this.done = header.isLast
  }
}
