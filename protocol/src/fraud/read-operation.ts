import { limits } from '../limits.ts'
import { type Operation, OperationKind } from '../types/operation.ts'
import type { PackedReader } from './packed-reader.ts'

/** Reads what `writeOperation` writes. @throws {CodecError} */
export function readOperation(reader: PackedReader): Operation {
  const selector = reader.byte('operation')
  const shard = reader.byte('shard')
  if (selector === OperationKind.changeMembers) return readChange(reader, shard)
  if (selector > OperationKind.withdraw) throw reader.invalid('operation', `kind ${selector}`)
  const owned = { shard, account: reader.small('account', 4), nonce: reader.uint('nonce', 8) }
  if (selector === OperationKind.createConversation) {
    const salt = reader.root('salt')
    const members = readEntries(reader, 'members', () => ({
      key: reader.root('key'),
      role: reader.byte('role'),
      ...readAmounts(reader),
    }))
    return { selector, value: { ...owned, salt, members } }
  }
  if (selector === OperationKind.withdraw) return { selector, value: { ...owned, amount: reader.uint('amount', 8) } }
  const value = {
    ...owned,
    conversation: reader.small('conversation', 4),
    member: reader.small('member', 2),
    amount: reader.uint('amount', 8),
  }
  if (selector === OperationKind.reclaim) return { selector, value }
  return { selector: OperationKind.fund, value: { ...value, priceLimit: reader.uint('priceLimit', 8) } }
}

function readChange(reader: PackedReader, shard: number): Operation {
  return {
    selector: OperationKind.changeMembers,
    value: {
      shard,
      conversation: reader.small('conversation', 4),
      epoch: reader.uint('epoch', 8),
      signer: reader.small('signer', 2),
      remove: readEntries(reader, 'remove', () => ({ slot: reader.small('slot', 2) })),
      roles: readEntries(reader, 'roles', () => ({ slot: reader.small('slot', 2), role: reader.byte('role') })),
      add: readEntries(reader, 'add', () => ({
        slot: reader.small('slot', 2),
        key: reader.root('key'),
        role: reader.byte('role'),
        ...readAmounts(reader),
      })),
      exchange: readEntries(reader, 'exchange', () => ({ key: reader.root('key') }), 1),
    },
  }
}

const readAmounts = (reader: PackedReader) => ({
  allowance: reader.uint('allowance', 8),
  priceLimit: reader.uint('priceLimit', 8),
})

function readEntries<Entry>(
  reader: PackedReader,
  field: string,
  read: () => Entry,
  maximum: number = limits.entriesPerOperation,
): Entry[] {
  return Array.from({ length: reader.byte(field, maximum) }, read)
}
