import { ContainerType, ListCompositeType, UnionType, type ValueOf } from '@chainsafe/ssz'
import { limits } from '../limits.ts'
import { Bytes20Type, SignatureType, Uint8Type, Uint32Type, Uint64Type } from '../ssz/primitives.ts'
import type { Millis } from '../units.ts'
import { MessageType, type Operation, OperationType } from './operation.ts'
import { type Prices, PricesType } from './state.ts'

/** Money sent to a shard by way of the L2; the inbox gives out `account`. Amount in mwei. */
export const DepositType = new ContainerType(
  { shard: Uint8Type, account: Uint32Type, owner: Bytes20Type, amount: Uint64Type },
  { typeName: 'Deposit' },
)
export type Deposit = ValueOf<typeof DepositType>

/** An operation forced through the L2. The signer's signature is not looked at when `sender` is the account's owner. */
export const ForcedOperationType = new ContainerType(
  {
    sender: Bytes20Type,
    operation: OperationType,
    signatures: new ListCompositeType(SignatureType, limits.signaturesPerOperation),
  },
  { typeName: 'ForcedOperation' },
)
export type ForcedOperation = { sender: Uint8Array; operation: Operation; signatures: Uint8Array[] }

/** A message forced through the L2. */
export const ForcedMessageType = new ContainerType(
  { shard: Uint8Type, message: MessageType, signature: SignatureType },
  { typeName: 'ForcedMessage' },
)
export type ForcedMessage = ValueOf<typeof ForcedMessageType>

/** Selectors of the inbox item union. */
export const InboxItemKind = { deposit: 0, forcedOperation: 1, forcedMessage: 2, prices: 3 } as const

export type InboxItem =
  | { readonly selector: 0; readonly value: Deposit }
  | { readonly selector: 1; readonly value: ForcedOperation }
  | { readonly selector: 2; readonly value: ForcedMessage }
  | { readonly selector: 3; readonly value: Prices }

export const InboxItemType = new UnionType([DepositType, ForcedOperationType, ForcedMessageType, PricesType])

/** An item as the L2's inbox holds it. */
export interface QueuedItem {
  /** Place in the queue, from 0. */
  readonly index: bigint
  readonly item: InboxItem
  /** L2 time at which it was queued. */
  readonly time: Millis
  /** Rolling hash of the queue up to and including this item. */
  readonly inboxHash: Uint8Array
}

/** The shard an item is executed in; undefined for prices, which belong to none. */
export function shardOfItem(item: InboxItem): number | undefined {
  if (item.selector === InboxItemKind.prices) return undefined
  if (item.selector === InboxItemKind.forcedOperation) return item.value.operation.value.shard
  return item.value.shard
}
