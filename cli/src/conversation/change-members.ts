import { buildChangeMembers, type Consent, consentOf, type DeploymentOnL2 } from '@parley/client'
import {
  type ChangeMembers,
  type Conversation,
  consentDigest,
  memberKey,
  Role,
  signDigest,
  toHex,
} from '@parley/protocol'
import { choiceArgument, keyFileArgument, numberArgument, placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { accepted } from './accepted.ts'
import { defaultAllowance } from './allowance.ts'
import { conversationAt, type Membership, membershipOf, openClients, speakingKey } from './clients.ts'
import { type ConsentFile, consentIn } from './consent-file.ts'
import { roles } from './roles.ts'

type Arguments = readonly string[]

/** Prints what an admin needs to add PARLEY_MEMBER_KEY: its consent to the next free slot. */
export async function consentToJoin(context: Context, [place]: Arguments): Promise<number> {
  const { config, signal } = context
  const { sequencer, deployment } = await openClients(context)
  const conversation = await conversationAt(sequencer, placeArgument('conversation', place), signal)
  const { chainId } = deployment
  const { id } = conversation
  const { slot, nonce } = freeSlot(conversation)
  const me = speakingKey(config)
  const consent = signDigest(me.secret, consentDigest(chainId, id, slot, nonce, me.key))
  return tell(context, { conversation: place, chainId, id, slot, nonce, key: me.key, consent })
}

/** Adds whoever consented, as an admin. */
export async function addMember(context: Context, [place, path]: Arguments): Promise<number> {
  const given = await consentIn('consent', path ?? '')
  return change(context, place, ({ conversation, slot: signer }, deployment) => {
    assertConsented(given, place as string, conversation, deployment)
    const { allowance: asked, priceLimit } = context.config.member
    // It is taken from the admin's own, which must be left with something to speak when it named no amount.
    const half = (conversation.members[signer]?.allowance ?? 0n) / 2n
    const allowance = asked ?? (defaultAllowance < half ? defaultAllowance : half)
    const { slot, key, consent } = given
    const added = { slot, key, role: Role.member, allowance, priceLimit }
    return { entries: { add: [added] }, consents: [() => consent], told: { slot, key, allowance, priceLimit } }
  })
}

/** Puts another key in the place of one's own; the former one counts no longer. */
export async function exchangeKey(context: Context, [place, path]: Arguments): Promise<number> {
  const next = memberKey(keyFileArgument('key-file', path))
  return change(context, place, ({ slot }, { chainId }) => ({
    entries: { exchange: [{ key: next.key }] },
    consents: [consentOf(chainId, next)],
    told: { slot, key: next.key },
  }))
}

/** Removes a member as an admin, or oneself. */
export async function removeMember(context: Context, [place, slotText]: Arguments): Promise<number> {
  const slot = slotArgument(slotText)
  return change(context, place, () => ({ entries: { remove: [{ slot }] }, told: { slot } }))
}

/** Gives a member another role, as an admin. */
export async function changeRole(context: Context, [place, slotText, name]: Arguments): Promise<number> {
  const slot = slotArgument(slotText)
  const role = choiceArgument('role', Object.keys(roles) as (keyof typeof roles)[], name)
  return change(context, place, () => ({ entries: { roles: [{ slot, role: roles[role] }] }, told: { slot, role } }))
}

const slotArgument = (text: string | undefined): number => numberArgument('slot', text, 0, 4095)

/** What a command changes, which consents that takes, and what is printed of it. */
interface Asked {
  readonly entries: Partial<Pick<ChangeMembers, 'remove' | 'roles' | 'add' | 'exchange'>>
  readonly consents?: readonly Consent[]
  readonly told: object
}

/** Sends one change of a conversation's members, signed by the member that speaks. */
async function change(
  context: Context,
  place: string | undefined,
  ask: (membership: Membership, deployment: DeploymentOnL2) => Asked,
): Promise<number> {
  const { config, signal } = context
  const at = placeArgument('conversation', place)
  const { sequencer, deployment } = await openClients(context)
  const me = speakingKey(config)
  const membership = await membershipOf(sequencer, at, me, signal)
  const { entries, consents = [], told } = ask(membership, deployment)
  const { conversation, slot: signer } = membership
  const value: ChangeMembers = {
    shard: at.shard,
    conversation: at.index,
    epoch: conversation.epoch,
    signer,
    remove: [],
    roles: [],
    add: [],
    exchange: [],
    ...entries,
  }
  const operation = await buildChangeMembers(deployment.chainId, conversation, value, me, consents)
  const { block } = accepted(await sequencer.submitOperation(operation, signal))
  return tell(context, { conversation: place, ...told, block })
}

/** Refuses a consent to something else than what stands now. @throws {CliError} `CONSENT_OTHER`, `CONSENT_OUTDATED`. */
function assertConsented(given: ConsentFile, place: string, conversation: Conversation, { chainId }: DeploymentOnL2) {
  const expected = placeName(place, chainId, conversation.id)
  const received = placeName(given.conversation, given.chainId, given.id)
  if (received !== expected) throw new CliError({ code: 'CONSENT_OTHER', expected, received })
  const { slot, nonce } = given
  const held = conversation.members[slot]
  const refused = (reason: string) => new CliError({ code: 'CONSENT_OUTDATED', slot, reason })
  if (held !== undefined && held.role !== Role.none) throw refused('the slot has a member')
  if ((held?.nonce ?? 0n) !== nonce) throw refused(`the slot’s nonce is ${held?.nonce ?? 0n}, not ${nonce}`)
}

/** Other chains have conversations at the same place, and development chains the same chain id. */
const placeName = (place: string, chainId: bigint, id: Uint8Array): string =>
  `${place} of chain ${chainId}, ${toHex(id)}`

/** The slot that whoever comes next gets: the first one that is free, or a new one. */
function freeSlot({ members }: Conversation): { readonly slot: number; readonly nonce: bigint } {
  const free = members.findIndex(({ role }) => role === Role.none)
  if (free < 0) return { slot: members.length, nonce: 0n }
  return { slot: free, nonce: members[free]?.nonce ?? 0n }
}
