import { randomBytes } from 'node:crypto'
import {
  buildChangeMembers,
  buildCreateConversation,
  consentOf,
  conversationId,
  type DeploymentOnL2,
  type OwnerSigner,
  type Receipt,
  type SequencerClient,
  signMessage,
} from '@parley/client'
import { type CreateConversation, type MemberKey, type Mwei, memberKey, mwei, Role, sameBytes } from '@parley/protocol'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { accepted } from '../conversation/accepted.ts'
import { conversationAt } from '../conversation/clients.ts'
import { CliError } from '../faults.ts'
import type { DumpConversation } from './dump.ts'
import type { MigrationStore, Opened } from './store.ts'

export interface ConversationDeps {
  readonly sequencer: SequencerClient
  readonly deployment: DeploymentOnL2
  readonly store: MigrationStore
  /** The account that pays for conversations, and who signs for it. */
  readonly account: { readonly shard: number; readonly index: number; readonly owner: OwnerSigner }
  /** Of each member. */
  readonly allowance: Mwei
  readonly priceLimit: Mwei
  readonly signal: AbortSignal
}

/** Members of one creation or change at most, beside the migration's own slot. */
const atOnce = 15

/** Opens a conversation with a slot for each member, or goes on with it, so that each is there once whatever crashed. */
export async function openConversation(deps: ConversationDeps, conversation: DumpConversation): Promise<Opened> {
  let opened = (await deps.store.opened(conversation.id)) ?? (await plan(deps, conversation))
  if (opened.index === undefined) opened = await createWith(deps, conversation, opened)
  while (opened.added < conversation.members.length) opened = await add(deps, conversation, opened)
  return opened
}

async function plan(deps: ConversationDeps, conversation: DumpConversation): Promise<Opened> {
  const { store, account } = deps
  const { shard, index } = account
  const nonce = (await held(deps)).nonce
  const secret = (): Hex => bytesToHex(new Uint8Array(randomBytes(32)))
  const secrets = [secret(), ...conversation.members.map(secret)]
  return store.keep(conversation.id, { account: index, nonce: `${nonce}`, salt: secret(), shard, secrets, added: 0 })
}

/** The same creation as often as it is asked for. */
function creationOf({ allowance, priceLimit }: ConversationDeps, { members }: DumpConversation, opened: Opened) {
  const { shard, account, nonce, salt } = opened
  const keys = keysOf(opened)
  const first = members.slice(0, atOnce)
  // Those who are added later are given theirs out of the migration's own.
  const own = mwei(allowance * BigInt(1 + members.length - first.length))
  const create: CreateConversation = {
    shard,
    account,
    nonce: BigInt(nonce),
    salt: hexToBytes(salt),
    members: [
      { key: (keys[0] as MemberKey).key, role: Role.admin, allowance: own, priceLimit },
      ...first.map(({ role }, i) => ({ key: (keys[i + 1] as MemberKey).key, role: Role[role], allowance, priceLimit })),
    ],
  }
  return { create, keys: keys.slice(0, create.members.length) }
}

async function createWith(deps: ConversationDeps, conversation: DumpConversation, planned: Opened): Promise<Opened> {
  const { sequencer, deployment, store, account, signal } = deps
  const { create, keys } = creationOf(deps, conversation, planned)
  const added = create.members.length - 1
  const { nonce } = await held(deps)
  if (nonce === create.nonce) {
    const consents = keys.map((key) => consentOf(deployment.chainId, key))
    const operation = await buildCreateConversation(deployment, create, account.owner, consents)
    const { position } = accepted(await sequencer.submitOperation(operation, signal))
    return store.keep(conversation.id, { ...planned, index: Number(position), added })
  }
  // It was sent before, or something else was paid by this account meanwhile.
  const id = conversationId(deployment, create)
  for (let index = (await countOf(deps, planned.shard)) - 1; index >= 0; index -= 1) {
    const found = await sequencer.conversation(planned.shard, index, signal)
    if (found !== undefined && sameBytes(found.id, id)) return store.keep(conversation.id, { ...planned, index, added })
  }
  // Nothing has the id: what is signed anew makes no second one.
  return createWith(deps, conversation, await store.keep(conversation.id, { ...planned, nonce: `${nonce}` }))
}

/** Conversations of a shard, which are numbered from 0 without gaps. */
async function countOf({ sequencer, signal }: ConversationDeps, shard: number): Promise<number> {
  const isThere = async (index: number) => (await sequencer.conversation(shard, index, signal)) !== undefined
  let [low, high] = [0, 1]
  while (await isThere(high - 1)) [low, high] = [high, 2 * high]
  // Everything below `low` is there, and nothing from `high` on.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await isThere(middle - 1)) low = middle
    else high = middle
  }
  return low
}

async function held({ sequencer, account, signal }: ConversationDeps) {
  const { shard, index } = account
  const found = await sequencer.account(shard, index, signal)
  if (found === undefined) throw new CliError({ code: 'ACCOUNT_UNKNOWN', place: `${shard}/${index}` })
  return found
}

async function add(deps: ConversationDeps, { id: name, members }: DumpConversation, opened: Opened): Promise<Opened> {
  const { sequencer, deployment, store, allowance, priceLimit, signal } = deps
  const at = { shard: opened.shard, index: opened.index as number }
  const conversation = await conversationAt(sequencer, at, signal)
  // The slots of the dump's members follow the migration's own.
  const there = conversation.members.length - 1
  if (there > opened.added) return store.keep(name, { ...opened, added: there })
  const keys = keysOf(opened)
  const some = members.slice(opened.added, opened.added + atOnce)
  const adding = some.map(({ role }, i) => {
    const slot = opened.added + i + 1
    return { slot, key: (keys[slot] as MemberKey).key, role: Role[role], allowance, priceLimit }
  })
  const change = {
    shard: at.shard,
    conversation: at.index,
    epoch: conversation.epoch,
    signer: 0,
    remove: [],
    roles: [],
    add: adding,
    exchange: [],
  }
  const consents = adding.map(({ slot }) => consentOf(deployment.chainId, keys[slot] as MemberKey))
  const operation = await buildChangeMembers(deployment.chainId, conversation, change, keys[0] as MemberKey, consents)
  accepted(await sequencer.submitOperation(operation, signal))
  return store.keep(name, { ...opened, added: opened.added + some.length })
}

/** Says the digest of the last message of the other network in the conversation, once. */
export async function anchor(
  deps: Omit<ConversationDeps, 'account'>,
  { id: name, last }: DumpConversation,
  opened: Opened,
): Promise<Opened> {
  if (last === undefined || opened.anchored === true) return opened
  const { sequencer, deployment, store, signal } = deps
  const at = { shard: opened.shard, index: opened.index as number }
  const conversation = await conversationAt(sequencer, at, signal)
  const nonce = conversation.members[0]?.nonce ?? 0n
  // The migration's slot says nothing else: where the nonce has moved on, it was said.
  if (opened.anchorNonce !== undefined && nonce > BigInt(opened.anchorNonce))
    return store.keep(name, { ...opened, anchored: true })
  const begun = await store.keep(name, { ...opened, anchorNonce: `${nonce}` })
  const [key] = keysOf(opened)
  const draft = {
    ...at,
    conversation: at.index,
    conversationId: conversation.id,
    member: 0,
    nonce,
    content: hexToBytes(last.digest),
  }
  const message = signMessage(deployment.chainId, draft, key as MemberKey)
  const [receipt] = await sequencer.submitMessages([message], signal)
  accepted(receipt as Receipt)
  return store.keep(name, { ...begun, anchored: true })
}

export const keysOf = ({ secrets }: Opened): MemberKey[] => secrets.map((secret) => memberKey(hexToBytes(secret)))
