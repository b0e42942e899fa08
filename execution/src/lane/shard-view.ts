import {
  type Account,
  type ChangeMembers,
  type Conversation,
  type InboxItem,
  InboxItemKind,
  noSponsor,
  type Operation,
  OperationKind,
  type Shard,
} from '@parley/protocol'
import type { KeyMemory } from './remembering-verifier.ts'
import type { ShardState } from './shard-state.ts'

/** What an operation may read or write. */
interface Footprint {
  readonly accounts: number[]
  readonly conversation?: number
  readonly slots?: readonly number[]
}

function changedSlots(change: ChangeMembers): number[] {
  return [change.signer, ...[...change.remove, ...change.roles, ...change.add].map(({ slot }) => slot)]
}

function operationFootprint(operation: Operation): Footprint {
  switch (operation.selector) {
    case OperationKind.createConversation:
    case OperationKind.withdraw:
      return { accounts: [operation.value.account] }
    case OperationKind.changeMembers:
      return { accounts: [], conversation: operation.value.conversation, slots: changedSlots(operation.value) }
    case OperationKind.fund:
    case OperationKind.reclaim: {
      const { account, conversation, member } = operation.value
      return { accounts: [account], conversation, slots: [member] }
    }
  }
}

function itemFootprint(item: InboxItem): Footprint {
  switch (item.selector) {
    case InboxItemKind.deposit:
      return { accounts: [item.value.account] }
    case InboxItemKind.forcedOperation:
      return operationFootprint(item.value.operation)
    case InboxItemKind.forcedMessage: {
      const { conversation, member } = item.value.message
      return { accounts: [], conversation, slots: [member] }
    }
    case InboxItemKind.prices:
      return { accounts: [] }
  }
}

/**
 * The part of a shard that one operation can touch, in the form the reference transition works on. So operations are
 * executed by the arbiter itself, on a copy that is written back only when it accepts.
 */
export class ShardView {
  readonly shard: Shard
  private readonly state: ShardState
  private readonly accountCount: number
  private readonly conversationCount: number
  private readonly slots: readonly number[]

  private constructor(state: ShardState, footprint: Footprint, feeExcess: bigint) {
    this.state = state
    this.accountCount = state.accounts.count
    this.conversationCount = state.conversations.count
    this.slots = footprint.slots ?? []
    this.shard = {
      conversations: sparse(this.conversationCount),
      accounts: sparse(this.accountCount),
      feeExcess,
      feeTime: state.feeTime,
      revenue: state.revenue,
    }
    for (const account of footprint.accounts) this.loadAccount(account)
    if (footprint.conversation !== undefined) this.loadConversation(footprint.conversation)
  }

  /** @param feeExcess - The shard's, or what it becomes when the open segment of messages is closed. */
  static ofOperation(state: ShardState, operation: Operation, feeExcess: bigint): ShardView {
    return new ShardView(state, operationFootprint(operation), feeExcess)
  }

  static ofItem(state: ShardState, item: InboxItem): ShardView {
    return new ShardView(state, itemFootprint(item), state.feeExcess)
  }

  /** Writes everything back into the packed state. @param keys - What checking the operation made known. */
  commit(keys: KeyMemory): void {
    const { state, shard } = this
    state.feeExcess = shard.feeExcess
    state.feeTime = shard.feeTime
    state.revenue = shard.revenue
    for (const index of loadedIndices(shard.accounts)) {
      const account = shard.accounts[index] as Account
      if (index < this.accountCount) state.accounts.write(index, account)
      else state.accounts.append(account)
      state.dirtyAccounts.add(index)
    }
    for (const index of loadedIndices(shard.conversations)) {
      const conversation = shard.conversations[index] as Conversation
      if (index < this.conversationCount) this.writeConversation(index, conversation, keys)
      else this.appendConversation(conversation, keys)
    }
  }

  private loadAccount(index: number): void {
    if (index < this.accountCount) this.shard.accounts[index] ??= this.state.accounts.read(index)
  }

  private loadConversation(index: number): void {
    const { conversations } = this.state
    if (index >= this.conversationCount) return
    const count = conversations.memberCount(index)
    const members: Conversation['members'] = sparse(count)
    for (const slot of this.slots) {
      if (slot >= count) continue
      const member = conversations.readMember(index, slot)
      members[slot] = member
      if (member.sponsor !== noSponsor) this.loadAccount(member.sponsor)
    }
    this.shard.conversations[index] = { ...conversations.readFields(index), members }
  }

  private appendConversation(conversation: Conversation, keys: KeyMemory): void {
    const { conversations, dirtyMembers } = this.state
    const index = conversations.append(conversation, conversation.members.length)
    conversation.members.forEach((member, slot) => {
      conversations.writeMember(index, slot, member, keys.yOf(member.key))
      dirtyMembers.add(index, slot)
    })
  }

  private writeConversation(index: number, conversation: Conversation, keys: KeyMemory): void {
    const { conversations, dirtyMembers } = this.state
    conversations.writeFields(index, conversation)
    let moved = false
    conversation.members.forEach((member, slot) => {
      moved = conversations.writeMember(index, slot, member, keys.yOf(member.key)) || moved
      dirtyMembers.add(index, slot)
    })
    if (!moved) return
    const count = conversations.memberCount(index)
    for (let slot = 0; slot < count; slot += 1) dirtyMembers.add(index, slot)
  }
}

/** An array of holes, which takes no memory for them: engines keep an array that once was huge as a dictionary. */
function sparse<T>(length: number): T[] {
  const list: T[] = []
  list.length = 2 ** 32 - 1
  list.length = length
  return list
}

/** Indices of what was loaded or added, ascending; iterating over the array would visit every hole. */
function loadedIndices(list: readonly unknown[]): number[] {
  return Object.keys(list).map(Number)
}
