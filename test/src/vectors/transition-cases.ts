import type { InboxItem, Operation, Shard, Signature } from '@parley/protocol'
import { digestOf, type Signer, sign, signMessage } from './people.ts'
import {
  change,
  create,
  fund,
  keys,
  message,
  owners,
  reclaim,
  shardIndex,
  standingShard,
  withdraw,
} from './standing.ts'

/** One body met by one shard. What comes of it is found by running it; `fault` says what must. */
export interface TransitionCase {
  readonly name: string
  /** Changes the standing shard before. */
  readonly prepare?: (shard: Shard) => void
  readonly body:
    | { readonly kind: 'messages'; readonly messages: readonly ReturnType<typeof message>[] }
    | { readonly kind: 'operation'; readonly operation: Operation }
    | { readonly kind: 'inboxItem'; readonly item: InboxItem }
  readonly signatures: readonly Signature[]
  /** Code of the refusal, or of the reason a forced item is skipped. */
  readonly fault?: string
}

const { ann, ben, poor } = owners
const { admin, talker, gone, newcomer, unfunded } = keys
const top = 2n ** 64n - 1n
const founders = [ann, admin, newcomer]
const standing = standingShard().conversations[0]!

const operate = (
  name: string,
  operation: Operation,
  signers: readonly Signer[],
  more: Pick<TransitionCase, 'fault' | 'prepare'> = {},
): TransitionCase => ({
  name,
  body: { kind: 'operation', operation },
  signatures: sign(operation, signers, standing),
  ...more,
})

const say = (
  name: string,
  messages: readonly ReturnType<typeof message>[],
  signers: readonly Signer[],
  more: Pick<TransitionCase, 'fault' | 'prepare'> = {},
): TransitionCase => {
  const used = new Map<number, bigint>()
  const signatures = messages.map((each, i) => {
    const nonce = used.get(each.member) ?? standing.members[each.member]?.nonce ?? 0n
    used.set(each.member, nonce + 1n)
    return signMessage(standing, each, nonce, signers[i % signers.length]!)
  })
  return { name, body: { kind: 'messages', messages }, signatures, ...more }
}

const force = (
  name: string,
  operation: Operation,
  signers: readonly Signer[],
  sender: Uint8Array,
  fault?: string,
): TransitionCase => ({
  name,
  body: {
    kind: 'inboxItem',
    item: { selector: 1, value: { sender, operation, signatures: sign(operation, signers, standing) } },
  },
  signatures: [],
  ...(fault === undefined ? {} : { fault }),
})

const withMember =
  (slot: number, value: object) =>
  (shard: Shard): void => {
    Object.assign(shard.conversations[0]!.members[slot]!, value)
  }

const valid: readonly TransitionCase[] = [
  say('a message', [message('hello')], [talker]),
  say(
    'three messages of two members',
    [message('a'), message('b', { member: 0 }), message('c')],
    [talker, admin, talker],
  ),
  operate('creation', create(), founders),
  operate(
    'change: remove, roles, add',
    change({
      remove: [{ slot: 1 }],
      roles: [{ slot: 3, role: 2 }],
      add: [
        { slot: 1, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n },
        { slot: 4, key: gone.name, role: 2, allowance: 0n, priceLimit: 0n },
      ],
    }),
    [admin, newcomer, gone],
  ),
  operate(
    'change: a freed slot is used again',
    change({ add: [{ slot: 2, key: gone.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
    [admin, gone],
  ),
  operate(
    'change: an added member with an allowance',
    change({ add: [{ slot: 4, key: newcomer.name, role: 1, allowance: 1_000n, priceLimit: 500n }] }),
    [admin, newcomer],
  ),
  operate(
    'change: an admin exchanges its key behind other entries',
    change({
      remove: [{ slot: 1 }],
      add: [{ slot: 4, key: gone.name, role: 1, allowance: 7n, priceLimit: 8n }],
      exchange: [{ key: newcomer.name }],
    }),
    [admin, gone, newcomer],
  ),
  operate('change: a member exchanges its key', change({ signer: 1, exchange: [{ key: newcomer.name }] }), [
    talker,
    newcomer,
  ]),
  operate('change: a member leaves', change({ signer: 1, remove: [{ slot: 1 }] }), [talker]),
  operate('change: the last admin leaves', change({ remove: [{ slot: 0 }] }), [admin]),
  operate('fund by the sponsor', fund(), [ann]),
  operate('fund of a member without sponsor', fund({ account: 1, nonce: 0n, member: 3 }), [ben]),
  operate('fund that takes over from a sponsor', fund({ account: 1, nonce: 0n }), [ben], {
    prepare: withMember(1, { allowance: 100n }),
  }),
  operate('reclaim', reclaim(), [ann]),
  operate('withdraw', withdraw(), [ben]),
]

const refused: readonly TransitionCase[] = [
  operate('another shard', withdraw({ shard: 4 }), [ben], { fault: 'FIELD_OUT_OF_RANGE' }),
  operate('creation without members', create({ members: [] }), [ann], { fault: 'FIELD_OUT_OF_RANGE' }),
  operate('change without entries', change({}), [admin], { fault: 'FIELD_OUT_OF_RANGE' }),
  operate('role 3', change({ roles: [{ slot: 1, role: 3 }] }), [admin], { fault: 'FIELD_OUT_OF_RANGE' }),
  operate('unknown account', withdraw({ account: 3 }), [ben], { fault: 'ACCOUNT_UNKNOWN' }),
  say('unknown conversation', [message('hello', { conversation: 1 })], [talker], { fault: 'CONVERSATION_UNKNOWN' }),
  say('unknown slot', [message('hello', { member: 4 })], [talker], { fault: 'MEMBER_UNKNOWN' }),
  say('freed slot', [message('hello', { member: 2 })], [gone], { fault: 'ROLE_MISSING' }),
  operate('change by no admin', change({ signer: 1, remove: [{ slot: 3 }] }), [talker], { fault: 'ROLE_MISSING' }),
  operate('nonce ahead', withdraw({ nonce: 1n }), [ben], { fault: 'NONCE_MISMATCH' }),
  operate('epoch behind', change({ epoch: 0n, remove: [{ slot: 1 }] }), [admin], { fault: 'EPOCH_MISMATCH' }),
  say('message above its limit', [message('hello')], [talker], {
    fault: 'PRICE_OVER_LIMIT',
    prepare: withMember(1, { priceLimit: 237n }),
  }),
  say('second message above the allowance', [message('a'), message('b')], [talker], {
    fault: 'ALLOWANCE_TOO_LOW',
    prepare: withMember(1, { allowance: 475n }),
  }),
  operate('change above the limit of a message', change({ remove: [{ slot: 1 }] }), [admin], {
    fault: 'PRICE_OVER_LIMIT',
    prepare: withMember(0, { priceLimit: 237n }),
  }),
  operate('reclaim of more than is there', reclaim({ amount: 50_001n }), [ann], { fault: 'ALLOWANCE_TOO_LOW' }),
  operate('withdrawal above the balance', withdraw({ amount: 8_000_000n }), [ben], { fault: 'BALANCE_TOO_LOW' }),
  operate(
    'allowances that overflow together',
    create({
      members: [0, 1].map((i) => ({ key: founders[1 + i]!.name, role: 2, allowance: top, priceLimit: 1n })),
    }),
    founders,
    { fault: 'BALANCE_TOO_LOW' },
  ),
  operate('fund of a sponsored member by another', fund({ account: 1, nonce: 0n }), [ben], {
    fault: 'SPONSOR_MISMATCH',
  }),
  operate('reclaim by another', reclaim({ account: 1, nonce: 0n }), [ben], { fault: 'SPONSOR_MISMATCH' }),
  operate(
    'creation without an admin',
    create({
      members: [0, 1].map((i) => ({ key: founders[1 + i]!.name, role: 1, allowance: 1n, priceLimit: 1n })),
    }),
    founders,
    { fault: 'NO_ADMIN' },
  ),
  operate('admin that steps down', change({ roles: [{ slot: 0, role: 1 }] }), [admin], { fault: 'ADMIN_LOST' }),
  operate(
    'admin that leaves and comes back',
    change({
      remove: [{ slot: 0 }],
      add: [{ slot: 0, key: admin.name, role: 2, allowance: 0n, priceLimit: 0n }],
    }),
    [admin, admin],
    { fault: 'ADMIN_LOST' },
  ),
  operate(
    'slot in use',
    change({ add: [{ slot: 3, key: unfunded.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
    [admin, unfunded],
    {
      fault: 'SLOT_OCCUPIED',
    },
  ),
  operate(
    'exchange by a member beside another entry',
    change({ signer: 1, roles: [{ slot: 1, role: 1 }], exchange: [{ key: newcomer.name }] }),
    [talker, newcomer],
    { fault: 'ROLE_MISSING' },
  ),
  operate('exchange without consent', change({ signer: 1, exchange: [{ key: newcomer.name }] }), [talker, admin], {
    fault: 'SIGNATURE_INVALID',
  }),
  operate(
    'addition with more than is left',
    change({ add: [{ slot: 4, key: newcomer.name, role: 1, allowance: 2n ** 63n, priceLimit: 8n }] }),
    [admin, newcomer],
    { fault: 'ALLOWANCE_TOO_LOW' },
  ),
  operate(
    'slot that leaves a gap',
    change({ add: [{ slot: 5, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
    [admin, newcomer],
    {
      fault: 'SLOT_BEYOND_END',
    },
  ),
  operate('removal of a freed slot', change({ remove: [{ slot: 2 }] }), [admin], { fault: 'SLOT_EMPTY' }),
  operate('creation that lacks a consent', create(), [ann, admin], { fault: 'SIGNATURE_COUNT' }),
  say('second message with another member’s signature', [message('a'), message('b')], [talker, admin], {
    fault: 'SIGNATURE_INVALID',
  }),
  operate('another owner’s signature', withdraw(), [ann], { fault: 'SIGNATURE_INVALID' }),
  operate('another key’s consent', create(), [ann, admin, talker], { fault: 'SIGNATURE_INVALID' }),
  say('nonce at its end', [message('hello')], [talker], {
    fault: 'COUNTER_EXHAUSTED',
    prepare: withMember(1, { nonce: top }),
  }),
  say('message count at its end', [message('hello')], [talker], {
    fault: 'COUNTER_EXHAUSTED',
    prepare: (shard) => {
      shard.conversations[0]!.messageCount = top
    },
  }),
]

const deposit = (name: string, account: number, owner: Uint8Array): TransitionCase => ({
  name,
  body: { kind: 'inboxItem', item: { selector: 0, value: { shard: shardIndex, account, owner, amount: 777n } } },
  signatures: [],
})
const forcedMessage = (name: string, signer: Signer, fault?: string): TransitionCase => {
  const value = {
    shard: shardIndex,
    message: message('forced'),
    signature: signMessage(standing, message('forced'), 9n, signer),
  }
  return { name, body: { kind: 'inboxItem', item: { selector: 2, value } }, signatures: [], ...(fault && { fault }) }
}
const nobody = digestOf('parley vectors/nobody').subarray(0, 20)

const items: readonly TransitionCase[] = [
  deposit('deposit that opens an account', 3, nobody),
  deposit('deposit to an account that stands', 1, ben.name),
  force('forced withdrawal of everything is free', withdraw({ amount: 8_000_000n }), [ben], nobody),
  force('forced reclaim is free', reclaim(), [ann], nobody),
  force('forced withdrawal by the owner needs no signature', withdraw(), [ann], ben.name),
  force('forced fund pays', fund(), [ann], nobody),
  force('forced creation pays', create(), founders, nobody),
  force('forced creation by the owner', create(), [poor, admin, newcomer], ann.name),
  force('forced change pays', change({ remove: [{ slot: 1 }] }), [admin], nobody),
  forcedMessage('forced message', talker),
  force('skipped: withdrawal above the balance', withdraw({ amount: 8_000_001n }), [ben], nobody, 'BALANCE_TOO_LOW'),
  force('skipped: another owner’s signature', withdraw(), [ann], nobody, 'SIGNATURE_INVALID'),
  force(
    'skipped: owner’s creation without a consent that holds',
    create(),
    [ann, admin, admin],
    ann.name,
    'SIGNATURE_INVALID',
  ),
  force(
    'skipped: an owner’s address is no member',
    change({ remove: [{ slot: 1 }] }),
    [ann],
    ann.name,
    'SIGNATURE_INVALID',
  ),
  forcedMessage('skipped: message with another member’s signature', admin, 'SIGNATURE_INVALID'),
]

export const transitionCases: readonly TransitionCase[] = [...valid, ...refused, ...items]
