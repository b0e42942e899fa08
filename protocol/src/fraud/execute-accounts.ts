import { limits, noSponsor, Role } from '../limits.ts'
import { createConversationDigest, fundDigest, reclaimDigest, withdrawDigest } from '../signing/typed-data.ts'
import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import {
  type ChangeMembers,
  type CreateConversation,
  type Fund,
  type Operation,
  OperationKind,
  type Reclaim,
} from '../types/operation.ts'
import { type Account, type Member, MemberType } from '../types/state.ts'
import { conversationOpeningRoot, listDepth } from './openings.ts'
import type { ShardWalk } from './shard-walk.ts'
import { branchIn, levelsOf } from './trees.ts'
import type { Vouching } from './vouching.ts'

/** What an operation costs, in mwei, and who vouches for it. */
export interface Work {
  readonly walk: ShardWalk
  readonly chainId: bigint
  readonly separator: Bytes32
  readonly price: bigint
  /** Of one message. */
  readonly messagePrice: bigint
  readonly vouching: Vouching
}

export const highestCounter = 2n ** 64n - 1n

type AccountOperation = Exclude<Operation, { readonly value: ChangeMembers }>

/** A balance that returns to somebody once the operation is known to be valid. */
interface Refund {
  readonly account: number
  readonly amount: bigint
}

interface Spent {
  readonly account: Account
  readonly refund?: Refund
}

/** Applies what an owner signs as `AccountOperations` does. @returns whether it is valid. */
export function applyAccountOperation(work: Work, operation: AccountOperation): boolean {
  const { walk } = work
  const { account: index, nonce } = operation.value
  if (index >= walk.shard.accountCount) return false
  const creation = operation.selector === OperationKind.createConversation ? operation.value : undefined
  if (creation !== undefined && !hasGoodMembers(creation, walk)) return false
  const account = walk.readAccount(index)
  const digest = digestOf(operation, work.separator)
  const holds =
    account.nonce === nonce && account.nonce !== highestCounter && work.vouching.byOwner(account.owner, digest)
  const spent = holds ? spend(work, operation, account, digest) : undefined
  walk.putAccount(index, spent === undefined ? account : { ...spent.account, nonce: nonce + 1n })
  if (spent === undefined) return false
  if (creation !== undefined) append(walk, creation, digest)
  if (spent.refund !== undefined) credit(walk, spent.refund)
  walk.shard = { ...walk.shard, revenue: walk.shard.revenue + work.price }
  return true
}

/** Adds to an account's balance; to nobody's where nobody sponsored. */
export function credit(walk: ShardWalk, { account: index, amount }: Refund): void {
  if (index === noSponsor) return
  const account = walk.readAccount(index)
  walk.putAccount(index, { ...account, balance: account.balance + amount })
}

function digestOf(operation: AccountOperation, separator: Bytes32): Bytes32 {
  switch (operation.selector) {
    case OperationKind.createConversation:
      return createConversationDigest(separator, operation.value)
    case OperationKind.fund:
      return fundDigest(separator, operation.value)
    case OperationKind.reclaim:
      return reclaimDigest(separator, operation.value)
    case OperationKind.withdraw:
      return withdrawDigest(separator, operation.value)
  }
}

function hasGoodMembers({ members }: CreateConversation, { shard }: ShardWalk): boolean {
  if (members.length === 0 || members.length > limits.entriesPerOperation) return false
  if (shard.conversationCount >= limits.conversationsPerShard) return false
  if (!members.every(({ role }) => role === Role.member || role === Role.admin)) return false
  return members.some(({ role }) => role === Role.admin)
}

/** What the operation takes from its account, and does to the conversation it names. */
function spend(work: Work, operation: AccountOperation, account: Account, digest: Bytes32): Spent | undefined {
  const { balance } = account
  switch (operation.selector) {
    case OperationKind.createConversation: {
      const { members } = operation.value
      const spent = members.reduce((sum, { allowance }) => sum + allowance, work.price)
      if (spent > balance) return undefined
      const consented = members.every(({ key }, slot) => work.vouching.byEntering(digest, slot, 0n, key, slot + 1))
      return consented ? { account: { ...account, balance: balance - spent } } : undefined
    }
    case OperationKind.fund: {
      const spent = work.price + operation.value.amount
      const refund = spent > balance ? undefined : fund(work, operation.value)
      return refund === undefined ? undefined : { account: { ...account, balance: balance - spent }, refund }
    }
    case OperationKind.reclaim: {
      const { amount } = operation.value
      if (work.price > balance + amount || !reclaim(work.walk, operation.value)) return undefined
      return { account: { ...account, balance: balance + amount - work.price } }
    }
    case OperationKind.withdraw: {
      const { amount } = operation.value
      const spent = work.price + amount
      if (spent > balance) return undefined
      return { account: { ...account, balance: balance - spent, withdrawn: account.withdrawn + amount } }
    }
  }
}

/** Puts a new conversation at the end. */
function append(walk: ShardWalk, { members, account }: CreateConversation, id: Bytes32): void {
  const leaves = members.map((member) => MemberType.hashTreeRoot({ ...member, nonce: 1n, sponsor: account }))
  const tree = branchIn(levelsOf(leaves, listDepth.members), 0).root
  const opened = { id, epoch: 0n, members: tree, count: members.length, messageCount: 0n, head: id }
  walk.appendConversation(conversationOpeningRoot(opened))
}

/** @returns what goes back to the sponsor before; undefined when the funding is invalid. */
function fund(work: Work, { account, amount, priceLimit, ...place }: Fund): Refund | undefined {
  let refund: Refund | undefined
  changeSlot(work.walk, place, (member) => {
    const own = member.sponsor === account
    if (member.role === Role.none || !(own || member.allowance < work.messagePrice)) return undefined
    refund = own ? { account: noSponsor, amount: 0n } : { account: member.sponsor, amount: member.allowance }
    return { ...member, sponsor: account, allowance: (own ? member.allowance : 0n) + amount, priceLimit }
  })
  return refund
}

function reclaim(walk: ShardWalk, { account, amount, ...place }: Reclaim): boolean {
  return changeSlot(walk, place, (member) =>
    member.sponsor === account && amount <= member.allowance
      ? { ...member, allowance: member.allowance - amount }
      : undefined,
  )
}

/** Opens a slot and changes it, if `change` gives another member. @returns whether it did. */
function changeSlot(
  walk: ShardWalk,
  { conversation: index, member: slot }: { readonly conversation: number; readonly member: number },
  change: (member: Member) => Member | undefined,
): boolean {
  if (index >= walk.shard.conversationCount) return false
  const conversation = walk.readConversation(index)
  let changed: Member | undefined
  if (slot < conversation.count) {
    const member = walk.readMember(index, slot)
    changed = change(member)
    walk.putMember(index, slot, changed ?? member)
  }
  walk.putConversation(index, conversation)
  return changed !== undefined
}

/** Adds money from the L2 to an account, or opens it. @throws {RangeError} where the inbox makes no such deposit. */
export function applyDeposit(walk: ShardWalk, index: number, owner: Uint8Array, amount: bigint): void {
  const { accountCount } = walk.shard
  if (index > accountCount) throw new RangeError(`a deposit opens account ${index} of a shard that has ${accountCount}`)
  if (index === accountCount) {
    walk.appendAccount({ owner, nonce: 0n, balance: amount, withdrawn: 0n })
    return
  }
  const account = walk.readAccount(index)
  if (!sameBytes(account.owner, owner)) throw new RangeError(`account ${index} has another owner`)
  walk.putAccount(index, { ...account, balance: account.balance + amount })
}
