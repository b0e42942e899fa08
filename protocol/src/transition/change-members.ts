import { limits, noSponsor, Role } from '../limits.ts'
import { changeDigest, consentDigest } from '../signing/digests.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32, Signature } from '../ssz/primitives.ts'
import { type ChangeMembers, entriesOf } from '../types/operation.ts'
import type { Conversation, Member } from '../types/state.ts'
import type { Application } from './account-operations.ts'
import { accountAt, assertRole, conversationAt, demand, next, speakingMemberAt } from './lookup.ts'

/** What returns to a sponsor's balance once the whole change is known to be valid. */
interface Refund {
  readonly account: number
  readonly amount: bigint
}

/** True for a member that removes itself and nothing else. */
function isLeave(change: ChangeMembers): boolean {
  return entriesOf(change) === 1 && change.remove[0]?.slot === change.signer
}

/** True for a member that exchanges its key and changes nothing else. */
function isExchange(change: ChangeMembers): boolean {
  return entriesOf(change) === 1 && change.exchange.length === 1
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
    assertRole('roles.role', role)
    occupied(conversation, slot).role = role
  }
}

/** The consent of the key that enters `slot` at its nonce, given by the signature at `index`. */
function assertConsent(
  a: Application,
  conversation: Conversation,
  entry: { readonly slot: number; readonly key: Bytes32; readonly nonce: bigint },
  index: number,
): void {
  const digest = consentDigest(a.context.config.chainId, conversation.id, entry.slot, entry.nonce, entry.key)
  demand(a.context.verifier.verifyMember(entry.key, digest, a.signatures[index] as Signature), () => ({
    code: 'SIGNATURE_INVALID',
    index,
  }))
}

function addMembers(conversation: Conversation, change: ChangeMembers, sponsor: number, a: Application): void {
  change.add.forEach(({ slot, key, role, allowance, priceLimit }, i) => {
    assertRole('add.role', role)
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
    assertConsent(a, conversation, { slot, key, nonce }, 1 + i)
    members[slot] = { key, role, nonce: next('nonce', nonce), sponsor, allowance, priceLimit }
  })
}

function exchangeKey(conversation: Conversation, change: ChangeMembers, a: Application): void {
  for (const { key } of change.exchange) {
    const slot = change.signer
    const member = occupied(conversation, slot)
    assertConsent(a, conversation, { slot, key, nonce: member.nonce }, 1 + change.add.length)
    member.nonce = next('nonce', member.nonce)
    member.key = key
  }
}

function assertEntries(change: ChangeMembers): void {
  const within = (field: string, value: number, minimum: number, maximum: number): void =>
    demand(value >= minimum && value <= maximum, () => ({ code: 'FIELD_OUT_OF_RANGE', field, value, minimum, maximum }))
  within('entries', entriesOf(change), 1, limits.entriesPerOperation)
  within('exchange', change.exchange.length, 0, 1)
}

export function applyChangeMembers(a: Application, change: ChangeMembers): void {
  const standing = conversationAt(a.shard, a.shardIndex, change.conversation)
  demand(change.epoch === standing.epoch, () => ({
    code: 'EPOCH_MISMATCH',
    expected: standing.epoch,
    received: change.epoch,
  }))
  assertEntries(change)
  const leave = isLeave(change)
  const own = leave || isExchange(change)
  const conversation: Conversation = { ...standing, members: standing.members.map((member) => ({ ...member })) }
  const signer = speakingMemberAt(conversation, change.conversation, change.signer, own ? Role.member : Role.admin)
  demand(a.prices.message <= signer.priceLimit, () => ({
    code: 'PRICE_OVER_LIMIT',
    price: a.prices.message,
    limit: signer.priceLimit,
  }))
  const spent = change.add.reduce((sum, { allowance }) => sum + allowance, a.price)
  demand(spent <= signer.allowance, () => ({ code: 'ALLOWANCE_TOO_LOW', price: spent, allowance: signer.allowance }))
  const digest = changeDigest(a.context.config.chainId, conversation.id, change)
  demand(a.context.verifier.verifyMember(signer.key, digest, a.signatures[0] as Signature), () => ({
    code: 'SIGNATURE_INVALID',
    index: 0,
  }))
  const { sponsor } = signer
  signer.allowance -= spent
  const refunds = removeMembers(conversation, change)
  changeRoles(conversation, change)
  addMembers(conversation, change, sponsor, a)
  exchangeKey(conversation, change, a)
  demand(own || (!change.remove.some(({ slot }) => slot === change.signer) && signer.role === Role.admin), () => ({
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
