import type { Account, Conversation, Member } from '@parley/protocol'
import type { SnapshotCursor } from '../lane/commands.ts'
import { type ByteReader, type ByteWriter, FormError } from './bytes.ts'

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

export interface ChunkHeader {
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

export function readChunkHeader(reader: ByteReader): ChunkHeader {
  if (reader.uint32() !== magic) throw new FormError('not a snapshot chunk', 0)
  const version = reader.uint16()
  if (version !== snapshotVersion) throw new FormError(`version ${version} is not known`, 4)
  const shard = reader.uint8()
  const last = reader.uint8()
  if (last > 1) throw new FormError(`last is ${last}`, lastAt)
  return { shard, isLast: last === 1, part: reader.uint32() }
}

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

export function writeConversation(writer: ByteWriter, conversation: Conversation): void {
  writer.write(conversation.id)
  writer.write(conversation.head)
  writer.uint64(conversation.epoch)
  writer.uint64(conversation.messageCount)
  writer.uint16(conversation.members.length)
  for (const member of conversation.members) writeMember(writer, member)
}

function writeMember(writer: ByteWriter, member: Member): void {
  writer.write(member.key)
  writer.uint8(member.role)
  writer.uint64(member.nonce)
  writer.uint32(member.sponsor)
  writer.uint64(member.allowance)
  writer.uint64(member.priceLimit)
}

/** Reads all of a conversation but its members. */
export function readConversationFields(reader: ByteReader): Omit<Conversation, 'members'> {
  const id = reader.read(32)
  const head = reader.read(32)
  return { id, head, epoch: reader.uint64(), messageCount: reader.uint64() }
}

export function readMember(reader: ByteReader): Member {
  return {
    key: reader.read(32),
    role: reader.uint8(),
    nonce: reader.uint64(),
    sponsor: reader.uint32(),
    allowance: reader.uint64(),
    priceLimit: reader.uint64(),
  }
}
