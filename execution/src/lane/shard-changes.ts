import type { ByteWriter } from '../codec/bytes.ts'
import { writeShardHead } from '../codec/changes.ts'
import { writeAccount } from '../codec/snapshot.ts'
import { type ShardState, TrackedChanges } from './shard-state.ts'

/** Writes what changed in a shard since it was last asked, as `codec/changes.ts` has it. */
export function writeChanges(state: ShardState, writer: ByteWriter): void {
  const { tracked } = state
  if (tracked === undefined) throw new Error(`nobody tracks shard ${state.index}`)
  state.tracked = new TrackedChanges()
  const { accounts, conversations, index: shard, feeExcess, feeTime, revenue } = state
  writeShardHead(writer, { shard, feeExcess, feeTime, revenue })
  writer.uint32(tracked.accounts.size)
  for (const account of [...tracked.accounts].sort((a, b) => a - b)) {
    writer.uint32(account)
    writeAccount(writer, accounts.read(account))
  }
  const countAt = writer.length
  let count = 0
  writer.uint32(count)
  tracked.members.eachConversation((conversation, slots) => {
    count += 1
    writer.uint32(conversation)
    conversations.writeHead(conversation, writer)
    writer.uint16(conversations.memberCount(conversation))
    writer.uint16(slots.length)
    for (const slot of slots) {
      writer.uint16(slot)
      conversations.writePackedMember(conversation, slot, writer)
    }
  })
  writer.patchUint32(countAt, count)
}
