import { type Operation, OperationKind } from '../types/operation.ts'
import type { PackedWriter } from './packed.ts'

/** What an entry of any of an operation's lists may carry. */
interface Entry {
  readonly slot?: number
  readonly key?: Uint8Array
  readonly role?: number
  readonly allowance?: bigint
  readonly priceLimit?: bigint
}

/** Writes an operation: its fields in their order, lists with their length before them. */
export function writeOperation(proof: PackedWriter, operation: Operation): void {
  const { selector, value } = operation
  proof.uint(selector, 1)
  proof.uint(value.shard, 1)
  if (selector === OperationKind.changeMembers) {
    proof.uint(value.conversation, 4)
    proof.uint(value.epoch, 8)
    proof.uint(value.signer, 2)
    for (const list of [value.remove, value.roles, value.add, value.exchange]) writeEntries(proof, list)
    return
  }
  proof.uint(value.account, 4)
  proof.uint(value.nonce, 8)
  if (selector === OperationKind.createConversation) {
    proof.bytes(value.salt)
    writeEntries(proof, value.members)
    return
  }
  if (selector !== OperationKind.withdraw) {
    proof.uint(value.conversation, 4)
    proof.uint(value.member, 2)
  }
  proof.uint(value.amount, 8)
  if (selector === OperationKind.fund) proof.uint(value.priceLimit, 8)
}

function writeEntries(proof: PackedWriter, entries: readonly Entry[]): void {
  proof.uint(entries.length, 1)
  for (const { slot, key, role, allowance, priceLimit } of entries) {
    if (slot !== undefined) proof.uint(slot, 2)
    if (key !== undefined) proof.bytes(key)
    if (role !== undefined) proof.uint(role, 1)
    if (allowance !== undefined) proof.uint(allowance, 8)
    if (priceLimit !== undefined) proof.uint(priceLimit, 8)
  }
}
