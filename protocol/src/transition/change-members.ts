import { limits, noSponsor, Role } from '../limits.ts'
import { changeDigest, consentDigest } from '../signing/digests.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Signature } from '../ssz/primitives.ts'
import type { ChangeMembers } from '../types/operation.ts'
import type { Conversation, Member } from '../types/state.ts'
import type { Application } from './account-operations.ts'
import { accountAt, conversationAt, demand, demandRole, next, speakingMemberAt } from './lookup.ts'

/** What returns to a sponsor's balance once the whole change is known to be valid. */
interface Refund {
  readonly account: number
  readonly amount: bigint
}

/** True for the one change that needs no admin: a member that removes itself and nothing else. */
function isLeave(change: ChangeMembers): boolean {
  return (
    change.remove.length === 1 &&
    change.remove[0]?.slot === change.signer &&
    change.roles.length === 0 &&
    change.add.length === 0
  )
}

function occupied(conversation: Conversation, slot: number): Member {
  const member = conversation.members[slot]
  demand(member !== undefined && member.role !== Role.none, () => ({ code: 'SLOT_EMPTY', slot }))
  return member
}

function removeMembers(conversation: Conversation, change: ChangeMembers): Refund[] {
  return change.remove.map(({ slot }) => {
    const member = occupied(conversation, slot)
    const refund = { account: member.sponsor, amount: member.allowance }
    member.nonce = next('nonce', member.nonce)
    member.role = Role.none
    member.sponsor = noSponsor
    member.allowance = 0n
    member.priceLimit = 0n
    return refund
  })
}

function changeRoles(conversation: Conversation, change: ChangeMembers): void {
  for (const { slot, role } of change.roles) {
    demandRole('roles.role', role)
    occupied(conversation, slot).role = role
  }
}

function addMembers(conversation: Conversation, change: ChangeMembers, a: Application): void {
  change.add.forEach(({ slot, key, role }, i) => {
    demandRole('add.role', role)
    const { members } = conversation
    demand(slot <= members.length, () => ({ code: 'SLOT_BEYOND_END', slot, members: members.length }))
    demand(slot < limits.membersPerConversation, () => ({
      code: 'SHARD_FULL',
      list: 'members',
      length: members.length,
      maximum: limits.membersPerConversation,
    }))
    const held = members[slot]
    demand(held === undefined || held.role === Role.none, () => ({ code: 'SLOT_OCCUPIED', slot }))
    const nonce = held?.nonce ?? 0n
    const digest = consentDigest(a.context.config.chainId, conversation.id, slot, nonce, key)
    demand(a.context.verifier.verifyMember(key, digest, a.signatures[1 + i] as Signature), () => ({
      code: 'SIGNATURE_INVALID',
      index: 1 + i,
    }))
    members[slot] = { key, role, nonce: next('nonce', nonce), sponsor: noSponsor, allowance: 0n, priceLimit: 0n }
  })
}

export function applyChangeMembers(a: Application, change: ChangeMembers): void {
  const standing = conversationAt(a.shard, a.shardIndex, change.conversation)
  demand(change.epoch === standing.epoch, () => ({
    code: 'EPOCH_MISMATCH',
    expected: standing.epoch,
    received: change.epoch,
  }))
  const entries = change.remove.length + change.roles.length + change.add.length
  demand(entries >= 1 && entries <= limits.entriesPerOperation, () => ({
    code: 'FIELD_OUT_OF_RANGE',
    field: 'entries',
    value: entries,
    minimum: 1,
    maximum: limits.entriesPerOperation,
  }))
  const leave = isLeave(change)
  const conversation: Conversation = { ...standing, members: standing.members.map((member) => ({ ...member })) }
  const signer = speakingMemberAt(conversation, change.conversation, change.signer, leave ? Role.member : Role.admin)
  demand(a.prices.message <= signer.priceLimit, () => ({
    code: 'PRICE_OVER_LIMIT',
    price: a.prices.message,
    limit: signer.priceLimit,
  }))
  demand(a.price <= signer.allowance, () => ({
    code: 'ALLOWANCE_TOO_LOW',
    price: a.price,
    allowance: signer.allowance,
  }))
  const digest = changeDigest(a.context.config.chainId, conversation.id, change)
  demand(a.context.verifier.verifyMember(signer.key, digest, a.signatures[0] as Signature), () => ({
    code: 'SIGNATURE_INVALID',
    index: 0,
  }))
  signer.allowance -= a.price
  const refunds = removeMembers(conversation, change)
  changeRoles(conversation, change)
  addMembers(conversation, change, a)
  demand(leave || (!change.remove.some(({ slot }) => slot === change.signer) && signer.role === Role.admin), () => ({
    code: 'ADMIN_LOST',
    signer: change.signer,
  }))
  conversation.epoch = next('epoch', conversation.epoch)
  conversation.head = hash64(conversation.head, digest)
  for (const { account, amount } of refunds)
    if (account !== noSponsor) accountAt(a.shard, a.shardIndex, account).balance += amount
  a.shard.revenue += a.price
  a.shard.conversations[change.conversation] = conversation
}
