import { randomBytes } from 'node:crypto'
import {
  buildChangeMembers,
  buildCreateConversation,
  consentOf,
  conversationId,
  localOwner,
  type OwnerSigner,
} from '@parley/client'
import { type Conversation, consentDigest, Role, signDigest } from '@parley/protocol'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { accepted } from './accepted.ts'
import { conversationAt, membershipOf, openClients, speakingKey } from './clients.ts'
import { consentIn } from './consent-file.ts'

type Arguments = readonly string[]

/** Creates a conversation with oneself as its admin, paid by an account of PARLEY_L2_KEY. */
export async function createConversation(context: Context, [payer]: Arguments): Promise<number> {
  const { config, signal } = context
  const { shard, index: account } = placeArgument('account', payer)
  const { sequencer, deployment } = await openClients(context)
  const paying = await sequencer.account(shard, account, signal)
  if (paying === undefined) throw new CliError({ code: 'ACCOUNT_UNKNOWN', place: `${shard}/${account}` })
  const owner: OwnerSigner = localOwner(needed(config, 'l2.key').reveal())
  const me = speakingKey(config)
  const { allowance, priceLimit } = config.member
  const members = [{ key: me.key, role: Role.admin, allowance, priceLimit }]
  const create = { shard, account, nonce: paying.nonce, salt: new Uint8Array(randomBytes(32)), members }
  const consents = [consentOf(deployment.chainId, me)]
  const operation = await buildCreateConversation(deployment, create, owner, consents)
  const { block, position } = accepted(await sequencer.submitOperation(operation, signal))
  return tell(context, { conversation: `${shard}/${position}`, id: conversationId(deployment, create), block, slot: 0 })
}

/** Prints what an admin needs to add PARLEY_MEMBER_KEY: its consent to the next free slot. */
export async function consentToJoin(context: Context, [place]: Arguments): Promise<number> {
  const { config, signal } = context
  const { sequencer, deployment } = await openClients(context)
  const conversation = await conversationAt(sequencer, placeArgument('conversation', place), signal)
  const { slot, nonce } = freeSlot(conversation)
  const me = speakingKey(config)
  const digest = consentDigest(deployment.chainId, conversation.id, slot, nonce, me.key)
  return tell(context, { slot, key: me.key, consent: signDigest(me.secret, digest) })
}

/** Adds whoever consented, as an admin. */
export async function addMember(context: Context, [place, path]: Arguments): Promise<number> {
  const { config, signal } = context
  const at = placeArgument('conversation', place)
  const { slot, key, consent } = await consentIn('consent', path)
  const { sequencer, deployment } = await openClients(context)
  const me = speakingKey(config)
  const { conversation, slot: signer } = await membershipOf(sequencer, at, me, signal)
  const { priceLimit } = config.member
  // It is taken from the signer's own, which must be left with something to speak.
  const half = (conversation.members[signer]?.allowance ?? 0n) / 2n
  const allowance = config.member.allowance < half ? config.member.allowance : half
  const added = { slot, key, role: Role.member, allowance, priceLimit }
  const none = { remove: [], roles: [], exchange: [] }
  const change = { shard: at.shard, conversation: at.index, epoch: conversation.epoch, signer, ...none, add: [added] }
  const operation = await buildChangeMembers(deployment.chainId, conversation, change, me, [() => consent])
  const { block } = accepted(await sequencer.submitOperation(operation, signal))
  return tell(context, { conversation: place, slot, key, block })
}

/** Prints a conversation as the sequencer has accepted it. */
export async function showAccepted(context: Context, [place]: Arguments): Promise<number> {
  const { sequencer } = await openClients(context)
  const { id, epoch, messageCount, members } = await conversationAt(
    sequencer,
    placeArgument('conversation', place),
    context.signal,
  )
  const roles = Object.fromEntries(Object.entries(Role).map(([name, number]) => [number, name]))
  const shown = members.map((member, slot) => ({ slot, ...member, role: roles[member.role] }))
  return tell(context, { conversation: place, id, epoch, messageCount, members: shown })
}

/** The slot that whoever comes next gets: the first one that is free, or a new one. */
function freeSlot({ members }: Conversation): { readonly slot: number; readonly nonce: bigint } {
  const free = members.findIndex(({ role }) => role === Role.none)
  if (free < 0) return { slot: members.length, nonce: 0n }
  return { slot: free, nonce: members[free]?.nonce ?? 0n }
}
