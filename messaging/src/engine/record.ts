import { type ChangeMembers, changeDigest, hash64, type Millis, messageDigest, Role } from '@parley/protocol/light'
import type { Genesis, LogEntry, RecordPlace, Slot } from '../ports/log.ts'

/** The L3's half of a conversation: what follows from the record alone. */
export interface RecordState extends RecordPlace {
  readonly chainId: bigint
  /** Block time of the last entry. */
  readonly time: Millis
}

export function beginRecord(chainId: bigint, { id, members }: Genesis): RecordState {
  const slots = members.map(({ key, role }) => ({ key, role, nonce: 1n }))
  return { chainId, id, cursor: { messages: 0n, changes: 0n }, slots, head: id, time: 0n as Millis }
}

/** Whether an entry is the one after the cursor. */
export function isNext({ cursor }: RecordState, entry: LogEntry): boolean {
  return entry.kind === 'message' ? entry.position === cursor.messages : entry.change.epoch === cursor.changes
}

/** The record with one entry more, which nodes have found to be valid. */
export function advance(record: RecordState, entry: LogEntry): RecordState {
  const { chainId, id, cursor, slots, head } = record
  if (entry.kind === 'message') {
    const { nonce } = slotAt(record, entry.slot)
    const digest = messageDigest(chainId, id, entry.slot, nonce, entry.content)
    return {
      ...record,
      cursor: { ...cursor, messages: cursor.messages + 1n },
      slots: slots.with(entry.slot, { ...slotAt(record, entry.slot), nonce: nonce + 1n }),
      head: hash64(head, digest),
      time: entry.time,
    }
  }
  return {
    ...record,
    cursor: { ...cursor, changes: cursor.changes + 1n },
    slots: changed(slots, entry.change),
    head: hash64(head, changeDigest(chainId, id, entry.change)),
    time: entry.time,
  }
}

/** Remove, roles, add, exchange: in this order. */
function changed(slots: readonly Slot[], { signer, remove, roles, add, exchange }: ChangeMembers): Slot[] {
  const next = [...slots]
  const held = (slot: number): Slot => next[slot] ?? { key: new Uint8Array(32), role: Role.none, nonce: 0n }
  for (const { slot } of remove) next[slot] = { ...held(slot), role: Role.none, nonce: held(slot).nonce + 1n }
  for (const { slot, role } of roles) next[slot] = { ...held(slot), role }
  for (const { slot, key, role } of add) next[slot] = { key, role, nonce: held(slot).nonce + 1n }
  for (const { key } of exchange) next[signer] = { ...held(signer), key, nonce: held(signer).nonce + 1n }
  return next
}

/** A slot that the record has; one it has not is live for nobody. */
export function slotAt({ slots }: RecordState, slot: number): Slot {
  return slots[slot] ?? { key: new Uint8Array(32), role: Role.none, nonce: 0n }
}
