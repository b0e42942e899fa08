import { type Conversation, limits, type Member } from '@parley/protocol'
import { type ByteReader, type ByteWriter, FormError } from '../codec/bytes.ts'
import { conversationHeadBytes, memberKeyBytes, memberRestBytes } from '../codec/snapshot.ts'
import type { BlockArena } from './block-arena.ts'
import type { HeadQueue } from './head-queue.ts'
import { chunkWords, copyChunk, writeChunkBytes, writeWords, zeroHashes } from './pair-hasher.ts'
import { RecordPages, readBytes, readUint64, writeBytes, writeUint64 } from './record-pages.ts'

/** Words of a conversation's record, the first twenty as snapshots hold them: id, head, epoch, message count, where its members are, how many, where their tree is. */
export const ConversationWord = {
  id: 0,
  head: 8,
  epoch: 16,
  messageCount: 18,
  members: 20,
  count: 21,
  tree: 22,
} as const
export const conversationWords = 24

/** Words of a member's record, those from the nonce on as snapshots hold them. `y` is zero until the key is first used: no point of the curve has y = 0. */
export const MemberWord = {
  key: 0,
  y: 8,
  nonce: 16,
  allowance: 18,
  priceLimit: 20,
  sponsor: 22,
  role: 23,
} as const
export const memberWords = 24

/** Lists up to this length are hashed anew; longer ones keep their tree. */
export const treelessMembers = 2

const noTree = -1

/** Of a conversation's SSZ: its fields and where its members begin; then so many bytes each. */
const conversationSszHead = 84
const memberSszBytes = 61

/** Arenas that the shards of a lane share. */
export interface MemberArenas {
  readonly members: BlockArena
  /** Trees of member lists: a run of 2 × leaves nodes, in heap order. */
  readonly nodes: BlockArena
}

/** Leaves of the tree of a list with room for `capacity` members. */
export function treeLeaves(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity))
}

function grownCapacity(count: number): number {
  return Math.min(limits.membersPerConversation, Math.max(count, Math.ceil(count * 1.25) + 1))
}

/** Conversations of one shard in packed records. */
export class ConversationStore {
  count = 0
  readonly records = new RecordPages(conversationWords, 8)
  readonly arenas: MemberArenas
  /** Heads that are not hashed yet; `settle` before reading one out of a record. */
  readonly heads: HeadQueue

  constructor(arenas: MemberArenas, heads: HeadQueue) {
    this.arenas = arenas
    this.heads = heads
  }

  memberCount(index: number): number {
    const page = this.records.page(index)
    return (page[this.records.word(index) + ConversationWord.count] as number) & 0xffff
  }

  /** Index of a member's record in the arena. */
  memberRecord(index: number, slot: number): number {
    const page = this.records.page(index)
    return (page[this.records.word(index) + ConversationWord.members] as number) + slot
  }

  /** First node of the tree of the conversation's members, or below 0. */
  tree(index: number): number {
    return this.records.page(index)[this.records.word(index) + ConversationWord.tree] as number
  }

  capacity(index: number): number {
    const page = this.records.page(index)
    return (page[this.records.word(index) + ConversationWord.count] as number) >>> 16
  }

  /** Adds a conversation without members. */
  append(fields: Omit<Conversation, 'members'>, memberCapacity: number): number {
    const index = this.allot(memberCapacity)
    writeBytes(this.records.page(index), this.records.word(index) + ConversationWord.id, fields.id)
    this.writeFields(index, fields)
    return index
  }

  writeFields(index: number, fields: Omit<Conversation, 'members' | 'id'>): void {
    this.heads.settle()
    const page = this.records.page(index)
    const word = this.records.word(index)
    writeBytes(page, word + ConversationWord.head, fields.head)
    writeUint64(page, word + ConversationWord.epoch, fields.epoch)
    writeUint64(page, word + ConversationWord.messageCount, fields.messageCount)
  }

  /**
   * Writes a member at `slot`, at most the list's length.
   * @param y - Of the key's point, if it is known.
   * @returns true when the list moved, so that all is to be hashed.
   */
  writeMember(index: number, slot: number, member: Member, y?: Uint8Array): boolean {
    const count = this.memberCount(index)
    const moved = slot === count && this.lengthen(index, count)
    const { records } = this.arenas.members
    const record = this.memberRecord(index, slot)
    const page = records.page(record)
    const word = records.word(record)
    const held = slot < count && sameKey(page, word, member.key)
    writeBytes(page, word + MemberWord.key, member.key)
    if (!held) page.fill(0, word + MemberWord.y, word + MemberWord.y + chunkWords)
    if (y !== undefined) writeBytes(page, word + MemberWord.y, y)
    writeUint64(page, word + MemberWord.nonce, member.nonce)
    writeUint64(page, word + MemberWord.allowance, member.allowance)
    writeUint64(page, word + MemberWord.priceLimit, member.priceLimit)
    page[word + MemberWord.sponsor] = member.sponsor
    page[word + MemberWord.role] = member.role
    return moved
  }

  readMember(index: number, slot: number): Member {
    const { records } = this.arenas.members
    const record = this.memberRecord(index, slot)
    const page = records.page(record)
    const word = records.word(record)
    return {
      key: readBytes(page, word + MemberWord.key, 32),
      role: page[word + MemberWord.role] as number,
      nonce: readUint64(page, word + MemberWord.nonce),
      sponsor: (page[word + MemberWord.sponsor] as number) >>> 0,
      allowance: readUint64(page, word + MemberWord.allowance),
      priceLimit: readUint64(page, word + MemberWord.priceLimit),
    }
  }

  /** All of a conversation but its members. */
  readFields(index: number): Omit<Conversation, 'members'> {
    this.heads.settle()
    const page = this.records.page(index)
    const word = this.records.word(index)
    return {
      id: readBytes(page, word + ConversationWord.id, 32),
      epoch: readUint64(page, word + ConversationWord.epoch),
      messageCount: readUint64(page, word + ConversationWord.messageCount),
      head: readBytes(page, word + ConversationWord.head, 32),
    }
  }

  /** Writes a conversation as snapshots hold it. */
  writePacked(index: number, writer: ByteWriter): void {
    this.writeHead(index, writer)
    const count = this.memberCount(index)
    writer.uint16(count)
    for (let slot = 0; slot < count; slot += 1) this.writePackedMember(index, slot, writer)
  }

  /** Writes id, head, epoch and message count as snapshots hold them. */
  writeHead(index: number, writer: ByteWriter): void {
    this.heads.settle()
    writer.write(bytesAt(this.records.page(index), this.records.word(index), conversationHeadBytes))
  }

  /** Writes a member as snapshots hold it. */
  writePackedMember(index: number, slot: number, writer: ByteWriter): void {
    const { records } = this.arenas.members
    const record = this.memberRecord(index, slot)
    const page = records.page(record)
    const word = records.word(record)
    writer.write(bytesAt(page, word + MemberWord.key, memberKeyBytes))
    writer.write(bytesAt(page, word + MemberWord.nonce, memberRestBytes))
  }

  /** Bytes of a conversation's SSZ. */
  sszBytes(index: number): number {
    return conversationSszHead + memberSszBytes * this.memberCount(index)
  }

  /** Writes the SSZ of a conversation to `to`. */
  writeSsz(index: number, to: Uint8Array, at: number): void {
    this.heads.settle()
    const page = this.records.page(index)
    const word = this.records.word(index)
    writeChunkBytes(page, word + ConversationWord.id, to, at)
    writeWords(page, word + ConversationWord.epoch, 2, to, at + 32)
    const head = at + 44
    to[at + 40] = conversationSszHead
    to[at + 41] = 0
    to[at + 42] = 0
    to[at + 43] = 0
    writeWords(page, word + ConversationWord.messageCount, 2, to, head)
    writeChunkBytes(page, word + ConversationWord.head, to, head + 8)
    const count = this.memberCount(index)
    const { records } = this.arenas.members
    const first = this.memberRecord(index, 0)
    const members = records.page(first)
    let member = records.word(first)
    for (let slot = 0, next = at + conversationSszHead; slot < count; slot += 1, member += memberWords) {
      writeChunkBytes(members, member + MemberWord.key, to, next)
      to[next + 32] = members[member + MemberWord.role] as number
      writeWords(members, member + MemberWord.nonce, 2, to, next + 33)
      writeWords(members, member + MemberWord.sponsor, 1, to, next + 41)
      writeWords(members, member + MemberWord.allowance, 4, to, next + 45)
      next += memberSszBytes
    }
  }

  /** Adds a conversation from a snapshot. @throws {FormError} when it has no members, or too many. */
  appendPacked(reader: ByteReader): number {
    const head = reader.read(conversationHeadBytes)
    const count = reader.uint16()
    if (count < 1 || count > limits.membersPerConversation)
      throw new FormError(`conversation of ${count} members`, reader.offset)
    const index = this.allot(count)
    const page = this.records.page(index)
    const word = this.records.word(index)
    writeBytes(page, word, head)
    page[word + ConversationWord.count] = (count << 16) | count
    const { records } = this.arenas.members
    const first = this.memberRecord(index, 0)
    const members = records.page(first)
    for (let to = records.word(first), slot = 0; slot < count; slot += 1, to += memberWords) {
      writeBytes(members, to + MemberWord.key, reader.read(memberKeyBytes))
      members.fill(0, to + MemberWord.y, to + MemberWord.nonce)
      writeBytes(members, to + MemberWord.nonce, reader.read(memberRestBytes))
    }
    return index
  }

  read(index: number): Conversation {
    const members = Array.from({ length: this.memberCount(index) }, (_, slot) => this.readMember(index, slot))
    return { ...this.readFields(index), members }
  }

  /** Gives the arenas back what the conversations hold. */
  clear(): void {
    this.heads.settle()
    for (let index = 0; index < this.count; index += 1) this.releaseMembers(index)
    this.count = 0
  }

  /** Makes room for a conversation without members. */
  private allot(memberCapacity: number): number {
    const index = this.count
    this.count += 1
    this.records.reserve(this.count)
    const page = this.records.page(index)
    const word = this.records.word(index)
    page[word + ConversationWord.members] = this.arenas.members.allocate(memberCapacity)
    page[word + ConversationWord.count] = memberCapacity << 16
    page[word + ConversationWord.tree] = memberCapacity > treelessMembers ? this.newTree(memberCapacity) : noTree
    return index
  }

  private lengthen(index: number, count: number): boolean {
    const page = this.records.page(index)
    const word = this.records.word(index)
    const capacity = this.capacity(index)
    if (count < capacity) {
      page[word + ConversationWord.count] = (capacity << 16) | (count + 1)
      return false
    }
    const from = page[word + ConversationWord.members] as number
    const grown = grownCapacity(count + 1)
    const to = this.arenas.members.allocate(grown)
    const { records } = this.arenas.members
    const source = records.page(from)
    const start = records.word(from)
    records.page(to).set(source.subarray(start, start + count * memberWords), records.word(to))
    this.releaseMembers(index)
    page[word + ConversationWord.members] = to
    page[word + ConversationWord.count] = (grown << 16) | (count + 1)
    page[word + ConversationWord.tree] = grown > treelessMembers ? this.newTree(grown) : noTree
    return true
  }

  private releaseMembers(index: number): void {
    const capacity = this.capacity(index)
    this.arenas.members.release(this.memberRecord(index, 0), capacity)
    const tree = this.tree(index)
    if (tree !== noTree) this.arenas.nodes.release(tree, 2 * treeLeaves(capacity))
  }

  /** A tree of empty subtrees. */
  private newTree(capacity: number): number {
    const leaves = treeLeaves(capacity)
    const { nodes } = this.arenas
    const first = nodes.allocate(2 * leaves)
    const page = nodes.records.page(first)
    const word = nodes.records.word(first)
    for (let depth = Math.log2(leaves), from = 1; from <= leaves; depth -= 1, from *= 2)
      for (let node = from; node < 2 * from; node += 1)
        copyChunk(zeroHashes, depth * chunkWords, page, word + node * chunkWords)
    return first
  }
}

function bytesAt(page: Int32Array, word: number, length: number): Uint8Array {
  return new Uint8Array(page.buffer, page.byteOffset + 4 * word, length)
}

function sameKey(page: Int32Array, word: number, key: Uint8Array): boolean {
  return Buffer.compare(bytesAt(page, word, 32), key) === 0
}
