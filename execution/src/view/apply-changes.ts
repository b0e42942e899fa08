import type { Member } from '@parley/protocol'
import { type ByteReader, FormError } from '../codec/bytes.ts'
import { readShardHead } from '../codec/changes.ts'
import { readAccount, readMember } from '../codec/snapshot.ts'
import type { ShardState } from '../lane/shard-state.ts'

/** Reads what a block changed in one shard, and changes it there. @throws {FormError} when it does not follow what there is. */
export function applyChanges(reader: ByteReader, stateOf: (shard: number) => ShardState): ShardState {
  const { shard, ...fees } = readShardHead(reader)
  const state = stateOf(shard)
  Object.assign(state, fees)
  for (let left = reader.uint32(); left > 0; left -= 1) applyAccount(state, reader)
  for (let left = reader.uint32(); left > 0; left -= 1) applyConversation(state, reader)
  return state
}

function applyAccount({ accounts, dirtyAccounts }: ShardState, reader: ByteReader): void {
  const index = reader.uint32()
  const account = readAccount(reader)
  assertNext('account', index, accounts.count, reader)
  if (index < accounts.count) accounts.write(index, account)
  else accounts.append(account)
  dirtyAccounts.add(index)
}

function applyConversation({ conversations, dirtyMembers }: ShardState, reader: ByteReader): void {
  const index = reader.uint32()
  const id = reader.read(32)
  const head = reader.read(32)
  const fields = { id, head, epoch: reader.uint64(), messageCount: reader.uint64() }
  const members = reader.uint16()
  assertNext('conversation', index, conversations.count, reader)
  if (index < conversations.count) conversations.writeFields(index, fields)
  else conversations.append(fields, members)
  let moved = false
  for (let left = reader.uint16(); left > 0; left -= 1) {
    const slot = reader.uint16()
    const member: Member = readMember(reader)
    assertNext('member', slot, conversations.memberCount(index), reader)
    moved = conversations.writeMember(index, slot, member) || moved
    dirtyMembers.add(index, slot)
  }
  if (moved) for (let slot = 0; slot < members; slot += 1) dirtyMembers.add(index, slot)
}

function assertNext(what: string, index: number, count: number, { offset }: ByteReader): void {
  if (index > count) throw new FormError(`${what} ${index} where there are ${count}`, offset)
}
