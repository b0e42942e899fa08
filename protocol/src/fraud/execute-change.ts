import { limits, noSponsor, Role } from '../limits.ts'
import { changeDigest } from '../signing/digests.ts'
import { hash64 } from '../ssz/merkle.ts'
import { type ChangeMembers, entriesOf } from '../types/operation.ts'
import type { Member } from '../types/state.ts'
import { credit, highestCounter, type Work } from './execute-accounts.ts'
import type { ConversationOpening } from './openings.ts'

/** A change on its way. */
interface Change {
  readonly work: Work
  readonly value: ChangeMembers
  readonly own: boolean
  conversation: ConversationOpening
  sponsor: number
  digest: Uint8Array
  readonly refunds: { readonly account: number; readonly amount: bigint }[]
}

/** Applies a membership change as `MemberChanges` does. @returns whether it is valid. */
export function applyChange(work: Work, value: ChangeMembers): boolean {
  const { walk } = work
  if (!hasGoodEntries(value) || value.conversation >= walk.shard.conversationCount) return false
  const conversation = walk.readConversation(value.conversation)
  const change: Change = {
    work,
    value,
    own: isOwn(value),
    conversation,
    sponsor: noSponsor,
    digest: changeDigest(work.chainId, conversation.id, value),
    refunds: [],
  }
  const valid = isValid(change)
  const { epoch, head, count } = change.conversation
  const next = { ...conversation, count, epoch: epoch + 1n, head: hash64(head, change.digest) }
  walk.putConversation(value.conversation, valid ? next : conversation)
  if (!valid) return false
  for (const refund of change.refunds) credit(walk, refund)
  walk.shard = { ...walk.shard, revenue: walk.shard.revenue + work.price }
  return true
}

function isValid(change: Change): boolean {
  const { value, conversation } = change
  if (value.epoch !== conversation.epoch || conversation.epoch === highestCounter) return false
  return (
    sign(change) &&
    value.remove.every(({ slot }) => remove(change, slot)) &&
    value.roles.every(({ slot, role }) => setRole(change, slot, role)) &&
    value.add.every((entry, i) => enter(change, entry, i + 1)) &&
    exchange(change) &&
    (change.own || staysAdmin(value))
  )
}

/** Opens a slot that has a member and changes it, if `next` gives another. */
function changeSlot(change: Change, slot: number, next: (member: Member) => Member | undefined): boolean {
  if (slot >= change.conversation.count) return false
  const { walk } = change.work
  const member = walk.readMember(change.value.conversation, slot)
  const changed = next(member)
  walk.putMember(change.value.conversation, slot, changed ?? member)
  return changed !== undefined
}

/** The signer pays, for those that it adds as well. */
function sign(change: Change): boolean {
  const { work, value } = change
  return changeSlot(change, value.signer, (signer) => {
    const spent = value.add.reduce((sum, { allowance }) => sum + allowance, work.price)
    change.sponsor = signer.sponsor
    const may =
      signer.role >= (change.own ? Role.member : Role.admin) &&
      work.messagePrice <= signer.priceLimit &&
      spent <= signer.allowance &&
      work.vouching.byKey(signer.key, change.digest, 0)
    return may ? { ...signer, allowance: signer.allowance - spent } : undefined
  })
}

function remove(change: Change, slot: number): boolean {
  return changeSlot(change, slot, (member) => {
    if (member.role === Role.none || member.nonce === highestCounter) return undefined
    change.refunds.push({ account: member.sponsor, amount: member.allowance })
    const { key, nonce } = member
    return { key, role: Role.none, nonce: nonce + 1n, sponsor: noSponsor, allowance: 0n, priceLimit: 0n }
  })
}

function setRole(change: Change, slot: number, role: number): boolean {
  return changeSlot(change, slot, (member) => (member.role === Role.none ? undefined : { ...member, role }))
}

function enter(change: Change, entry: ChangeMembers['add'][number], index: number): boolean {
  const { work, value } = change
  const { slot, key } = entry
  const { count, id } = change.conversation
  if (slot > count || slot >= limits.membersPerConversation) return false
  const held = slot < count ? work.walk.readMember(value.conversation, slot) : undefined
  const nonce = held?.nonce ?? 0n
  const empty = (held?.role ?? Role.none) === Role.none && nonce !== highestCounter
  const valid = empty && work.vouching.byEntering(id, slot, nonce, key, index)
  const { role, allowance, priceLimit } = entry
  const next = { key, role, nonce: nonce + 1n, sponsor: change.sponsor, allowance, priceLimit }
  work.walk.putMember(value.conversation, slot, valid ? next : held)
  if (valid && held === undefined) change.conversation = { ...change.conversation, count: count + 1 }
  return valid
}

function exchange(change: Change): boolean {
  const { work, value, conversation } = change
  return value.exchange.every(({ key }) =>
    changeSlot(change, value.signer, (member) => {
      const { nonce } = member
      if (member.role === Role.none || nonce === highestCounter) return undefined
      const consented = work.vouching.byEntering(conversation.id, value.signer, nonce, key, 1 + value.add.length)
      return consented ? { ...member, key, nonce: nonce + 1n } : undefined
    }),
  )
}

/** Whether the signer is an admin afterwards: nobody can have entered its slot unless it was removed. */
function staysAdmin({ signer, remove: removed, roles }: ChangeMembers): boolean {
  if (removed.some(({ slot }) => slot === signer)) return false
  return (roles.findLast(({ slot }) => slot === signer)?.role ?? Role.admin) === Role.admin
}

function isOwn(value: ChangeMembers): boolean {
  if (entriesOf(value) !== 1) return false
  return value.exchange.length === 1 || value.remove[0]?.slot === value.signer
}

function hasGoodEntries(value: ChangeMembers): boolean {
  const count = entriesOf(value)
  const inBounds = count >= 1 && count <= limits.entriesPerOperation && value.exchange.length <= 1
  return inBounds && [...value.roles, ...value.add].every(({ role }) => role === Role.member || role === Role.admin)
}
