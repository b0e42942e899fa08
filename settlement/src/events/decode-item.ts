import type { inboxAbi } from '@parley/contracts'
import { type InboxItem, InboxItemKind, type Operation, OperationKind } from '@parley/protocol'
import { type ContractEventName, concatBytes, type DecodeEventLogReturnType, type Hex, hexToBytes } from 'viem'

/** An event of the inbox as viem decodes it. */
export type InboxEvent = DecodeEventLogReturnType<typeof inboxAbi, ContractEventName<typeof inboxAbi>>

/** An item as its event tells it. `time` in seconds. */
export interface ToldItem {
  readonly index: bigint
  readonly time: bigint
  readonly root: Hex
  readonly inboxHash: Hex
  readonly item: InboxItem
}

interface AbiSignature {
  readonly r: Hex
  readonly s: Hex
}

const signature = ({ r, s }: AbiSignature): Uint8Array => concatBytes([hexToBytes(r), hexToBytes(s)])

function forced(sender: Hex, operation: Operation, signatures: readonly AbiSignature[]): InboxItem {
  return {
    selector: InboxItemKind.forcedOperation,
    value: { sender: hexToBytes(sender), operation, signatures: signatures.map(signature) },
  }
}

/** The item that an event queued; undefined for events that queue none. */
export function itemOfEvent(event: InboxEvent): ToldItem | undefined {
  const item = readItem(event)
  if (item === undefined || !('inboxHash' in event.args)) return undefined
  const { index, time, root, inboxHash } = event.args
  return { index, time, root, inboxHash, item }
}

function readItem(event: InboxEvent): InboxItem | undefined {
  switch (event.eventName) {
    case 'DepositQueued': {
      const { deposit } = event.args
      return { selector: InboxItemKind.deposit, value: { ...deposit, owner: hexToBytes(deposit.owner) } }
    }
    case 'CreateConversationQueued': {
      const { sender, operation, signatures } = event.args
      const members = operation.members.map((member) => ({ ...member, key: hexToBytes(member.key) }))
      const value = { ...operation, salt: hexToBytes(operation.salt), members }
      return forced(sender, { selector: OperationKind.createConversation, value }, signatures)
    }
    case 'ChangeMembersQueued': {
      const { sender, operation, signatures } = event.args
      const value = {
        ...operation,
        remove: [...operation.remove],
        roles: [...operation.roles],
        add: operation.add.map((entry) => ({ ...entry, key: hexToBytes(entry.key) })),
        exchange: operation.exchange.map(({ key }) => ({ key: hexToBytes(key) })),
      }
      return forced(sender, { selector: OperationKind.changeMembers, value }, signatures)
    }
    case 'FundQueued': {
      const { sender, operation, signatures } = event.args
      return forced(sender, { selector: OperationKind.fund, value: operation }, signatures)
    }
    case 'ReclaimQueued': {
      const { sender, operation, signatures } = event.args
      return forced(sender, { selector: OperationKind.reclaim, value: operation }, signatures)
    }
    case 'WithdrawQueued': {
      const { sender, operation, signatures } = event.args
      return forced(sender, { selector: OperationKind.withdraw, value: operation }, signatures)
    }
    case 'MessageQueued': {
      const { shard, message } = event.args
      const value = {
        shard,
        message: { ...message, content: hexToBytes(message.content) },
        signature: signature(event.args.signature),
      }
      return { selector: InboxItemKind.forcedMessage, value }
    }
    case 'PricesQueued':
      return { selector: InboxItemKind.prices, value: event.args.prices }
    case 'RevenueCollected':
    case 'Withdrawn':
      return undefined
  }
}
