import { limits, noSponsor, Role } from '../limits.ts'
import { consentDigest } from '../signing/digests.ts'
import { createConversationDigest, fundDigest, reclaimDigest, withdrawDigest } from '../signing/typed-data.ts'
import { sameBytes } from '../ssz/bytes.ts'
import type { Signature } from '../ssz/primitives.ts'
import type { CreateConversation, Fund, Reclaim, Withdraw } from '../types/operation.ts'
import type { Account, Shard } from '../types/state.ts'
import type { BlockContext, SegmentPrices } from './context.ts'
import { accountAt, assertRole, conversationAt, demand, memberAt, next, speakingMemberAt } from './lookup.ts'

/** An operation on its way: where it is applied, what it costs and who vouches for it. */
export interface Application {
  readonly shard: Shard
  readonly shardIndex: number
  /** Price of the whole operation in mwei. */
  readonly price: bigint
  readonly prices: SegmentPrices
  readonly signatures: readonly Signature[]
  /** Address that sent the operation through the L2, if it came that way. */
  readonly sender: Uint8Array | undefined
  readonly context: BlockContext
}

function assertBalance(needed: bigint, balance: bigint): void {
  demand(needed <= balance, () => ({ code: 'BALANCE_TOO_LOW', needed, balance }))
}

/** The account, its nonce checked. The owner's signature is checked last, for it costs most. */
function accountFor(
  a: Application,
  operation: { account: number; nonce: bigint },
): { account: Account; nonce: bigint } {
  const account = accountAt(a.shard, a.shardIndex, operation.account)
  demand(operation.nonce === account.nonce, () => ({
    code: 'NONCE_MISMATCH',
    expected: account.nonce,
    received: operation.nonce,
  }))
  return { account, nonce: next('nonce', account.nonce) }
}

function assertOwner(a: Application, account: Account, digest: Uint8Array): void {
  if (a.sender !== undefined && sameBytes(a.sender, account.owner)) return
  const signature = a.signatures[0] as Signature
  demand(a.context.verifier.verifyOwner(account.owner, digest, signature), () => ({
    code: 'SIGNATURE_INVALID',
    index: 0,
  }))
}

export function applyCreateConversation(a: Application, create: CreateConversation): void {
  const { account, nonce } = accountFor(a, create)
  const count = create.members.length
  demand(count >= 1 && count <= limits.entriesPerOperation, () => ({
    code: 'FIELD_OUT_OF_RANGE',
    field: 'members',
    value: count,
    minimum: 1,
    maximum: limits.entriesPerOperation,
  }))
  for (const member of create.members) assertRole('members.role', member.role)
  demand(
    create.members.some((member) => member.role === Role.admin),
    () => ({ code: 'NO_ADMIN', members: count }),
  )
  const length = a.shard.conversations.length
  demand(length < limits.conversationsPerShard, () => ({
    code: 'SHARD_FULL',
    list: 'conversations',
    length,
    maximum: limits.conversationsPerShard,
  }))
  const spent = create.members.reduce((sum, member) => sum + member.allowance, a.price)
  assertBalance(spent, account.balance)
  const id = createConversationDigest(a.context.separator, create)
  assertOwner(a, account, id)
  create.members.forEach((member, slot) => {
    const digest = consentDigest(a.context.config.chainId, id, slot, 0n, member.key)
    demand(a.context.verifier.verifyMember(member.key, digest, a.signatures[1 + slot] as Signature), () => ({
      code: 'SIGNATURE_INVALID',
      index: 1 + slot,
    }))
  })
  account.nonce = nonce
  account.balance -= spent
  a.shard.revenue += a.price
  a.shard.conversations.push({
    id,
    epoch: 0n,
    members: create.members.map((member) => ({ ...member, nonce: 1n, sponsor: create.account })),
    messageCount: 0n,
    head: id,
  })
}

export function applyFund(a: Application, fund: Fund): void {
  const { account, nonce } = accountFor(a, fund)
  const conversation = conversationAt(a.shard, a.shardIndex, fund.conversation)
  const member = speakingMemberAt(conversation, fund.conversation, fund.member)
  const own = member.sponsor === fund.account
  demand(own || member.allowance < a.prices.message, () => ({
    code: 'SPONSOR_MISMATCH',
    sponsor: member.sponsor,
    account: fund.account,
  }))
  assertBalance(a.price + fund.amount, account.balance)
  assertOwner(a, account, fundDigest(a.context.separator, fund))
  account.nonce = nonce
  account.balance -= a.price + fund.amount
  a.shard.revenue += a.price
  if (!own) {
    if (member.sponsor !== noSponsor) accountAt(a.shard, a.shardIndex, member.sponsor).balance += member.allowance
    member.allowance = 0n
    member.sponsor = fund.account
  }
  member.allowance += fund.amount
  member.priceLimit = fund.priceLimit
}

export function applyReclaim(a: Application, reclaim: Reclaim): void {
  const { account, nonce } = accountFor(a, reclaim)
  const conversation = conversationAt(a.shard, a.shardIndex, reclaim.conversation)
  const member = memberAt(conversation, reclaim.conversation, reclaim.member)
  demand(member.sponsor === reclaim.account, () => ({
    code: 'SPONSOR_MISMATCH',
    sponsor: member.sponsor,
    account: reclaim.account,
  }))
  demand(reclaim.amount <= member.allowance, () => ({
    code: 'ALLOWANCE_TOO_LOW',
    price: reclaim.amount,
    allowance: member.allowance,
  }))
  assertBalance(a.price, account.balance + reclaim.amount)
  assertOwner(a, account, reclaimDigest(a.context.separator, reclaim))
  account.nonce = nonce
  account.balance += reclaim.amount - a.price
  member.allowance -= reclaim.amount
  a.shard.revenue += a.price
}

export function applyWithdraw(a: Application, withdraw: Withdraw): void {
  const { account, nonce } = accountFor(a, withdraw)
  assertBalance(a.price + withdraw.amount, account.balance)
  assertOwner(a, account, withdrawDigest(a.context.separator, withdraw))
  account.nonce = nonce
  account.balance -= a.price + withdraw.amount
  account.withdrawn += withdraw.amount
  a.shard.revenue += a.price
}
