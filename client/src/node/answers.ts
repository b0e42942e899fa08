import {
  type Account,
  type ChangeMembers,
  type Conversation,
  limits,
  type Member,
  maxProofDepth,
} from '@parley/protocol'
import type { JsonObject } from './json-value.ts'

const uint8 = 0xff
const uint16 = 0xffff
const uint32 = 0xffff_ffff

function memberOf(json: JsonObject): Member {
  return {
    key: json.bytes('key', 32),
    role: json.integer('role', uint8),
    nonce: json.uint64('nonce'),
    sponsor: json.integer('sponsor', uint32),
    allowance: json.uint64('allowance'),
    priceLimit: json.uint64('priceLimit'),
  }
}

export function conversationOf(json: JsonObject): Conversation {
  return {
    id: json.bytes('id', 32),
    epoch: json.uint64('epoch'),
    members: json.objects('members', limits.membersPerConversation).map(memberOf),
    messageCount: json.uint64('messageCount'),
    head: json.bytes('head', 32),
  }
}

export function accountOf(json: JsonObject): Account {
  return {
    owner: json.bytes('owner', 20),
    nonce: json.uint64('nonce'),
    balance: json.uint64('balance'),
    withdrawn: json.uint64('withdrawn'),
  }
}

/** Where a proof leads to, as the node says. */
export interface ProofAnswer {
  readonly block: bigint
  readonly timestamp: bigint
  readonly stateRoot: Uint8Array
  readonly claim: bigint | undefined
  readonly endsClaim: boolean
  readonly final: boolean
  readonly branch: readonly Uint8Array[]
}

export function proofAnswerOf(json: JsonObject): ProofAnswer {
  return {
    block: json.uint64('block'),
    timestamp: json.uint64('timestamp'),
    stateRoot: json.bytes('stateRoot', 32),
    claim: json.has('claim') ? json.uint64('claim') : undefined,
    endsClaim: json.flag('endsClaim'),
    final: json.flag('final'),
    branch: json.object('proof').manyBytes('branch', 32, maxProofDepth),
  }
}

/** One entry of a conversation's record, with where it came from. */
export type RecordEntry = {
  readonly block: bigint
  /** The block's, in milliseconds. */
  readonly timestamp: bigint
  /** Came through the L2's inbox. */
  readonly forced: boolean
} & (
  | { readonly kind: 'message'; readonly member: number; readonly content: Uint8Array }
  | { readonly kind: 'change'; readonly change: ChangeMembers }
)

export function recordEntryOf(json: JsonObject): RecordEntry {
  const place = { block: json.uint64('block'), timestamp: json.uint64('timestamp'), forced: json.flag('forced') }
  const event = json.object('event')
  const value = event.object('value')
  if (event.word('kind', ['message', 'change']) === 'message')
    return { ...place, kind: 'message', member: value.integer('member', uint16), content: value.bytes('content', 32) }
  return { ...place, kind: 'change', change: changeOf(value) }
}

function changeOf(json: JsonObject): ChangeMembers {
  const { entriesPerOperation } = limits
  return {
    shard: json.integer('shard', uint8),
    conversation: json.integer('conversation', uint32),
    epoch: json.uint64('epoch'),
    signer: json.integer('signer', uint16),
    remove: json.objects('remove', entriesPerOperation).map((each) => ({ slot: each.integer('slot', uint16) })),
    roles: json
      .objects('roles', entriesPerOperation)
      .map((each) => ({ slot: each.integer('slot', uint16), role: each.integer('role', uint8) })),
    add: json.objects('add', entriesPerOperation).map((each) => ({
      slot: each.integer('slot', uint16),
      key: each.bytes('key', 32),
      role: each.integer('role', uint8),
    })),
  }
}
