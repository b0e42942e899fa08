import { type Operation, OperationKind, Role, type Shard } from '../../src/index.ts'
import { stampKey } from '../support/keys.ts'
import { create, founded, keys, owners, shardIndex } from '../support/world.ts'
import { operate, type Row, range, top } from './refusal.ts'

const { ann, ben, poor } = owners
const { admin, talker, gone } = keys
const fund = (value: object): Operation => ({
  selector: OperationKind.fund,
  value: {
    shard: shardIndex,
    account: 0,
    nonce: 0n,
    conversation: 0,
    member: 1,
    amount: 1n,
    priceLimit: 1n,
    ...value,
  },
})
const reclaim = (value: object): Operation => ({
  selector: OperationKind.reclaim,
  value: { shard: shardIndex, account: 0, nonce: 0n, conversation: 0, member: 1, amount: 1n, ...value },
})
const withdraw = (value: object): Operation => ({
  selector: OperationKind.withdraw,
  value: { shard: shardIndex, account: 1, nonce: 0n, amount: 1n, ...value },
})
const members = (count: number) =>
  Array.from({ length: count }, () => ({ key: admin.name, role: Role.admin, allowance: 1n, priceLimit: 1n }))
const founders = [ann, admin, talker, gone]
const withRole = (role: number) => founded.members.with(1, { ...founded.members[1]!, role })
const _member = (shard: Shard, slot: number) => shard.conversations[0]!.members[slot]!

/** Operations that an account's owner signs. */
export const refusedOfAccounts: readonly Row[] = [
  {
    why: 'operation for another shard',
    fault: range('shard', 4, 3, 3),
    act: operate(withdraw({ shard: 4 }), ben),
  },
  {
    why: 'creation without members',
    fault: range('members', 0, 1, 16),
    act: operate(create({ members: [] }), ann),
  },
  {
    why: 'creation with 17 members',
    fault: range('members', 17, 1, 16),
    act: operate(create({ members: members(17) }), ann, ...Array.from({ length: 17 }, () => admin)),
  },
  {
    why: 'creation with role 0',
    fault: range('members.role', 0, 1, 2),
    act: operate(create({ members: withRole(0) }), ...founders),
  },
  {
    why: 'creation with role 3',
    fault: range('members.role', 3, 1, 2),
    act: operate(create({ members: withRole(3) }), ...founders),
  },
  {
    why: 'account beyond the end',
    fault: { code: 'ACCOUNT_UNKNOWN', shard: 3, account: 3 },
    act: operate(withdraw({ account: 3 }), ben),
  },
  {
    why: 'funding in a conversation beyond the end',
    fault: { code: 'CONVERSATION_UNKNOWN', shard: 3, conversation: 1 },
    act: operate(fund({ conversation: 1 }), ann),
  },
  {
    why: 'reclaim from a slot beyond the end',
    fault: { code: 'MEMBER_UNKNOWN', conversation: 0, member: 4, members: 4 },
    act: operate(reclaim({ member: 4 }), ann),
  },
  {
    why: 'funding of a removed member',
    fault: { code: 'ROLE_MISSING', member: 2, needed: 1, role: 0 },
    act: operate(fund({ member: 2 }), ann),
  },
  {
    why: 'nonce ahead',
    fault: { code: 'NONCE_MISMATCH', expected: 0n, received: 1n },
    act: operate(withdraw({ nonce: 1n }), ben),
  },
  {
    why: 'nonce used before',
    fault: { code: 'NONCE_MISMATCH', expected: 1n, received: 0n },
    prepare: operate(withdraw({}), ben),
    act: operate(withdraw({}), ben),
  },
  {
    why: 'reclaim of more than is there',
    fault: { code: 'ALLOWANCE_TOO_LOW', price: 50_001n, allowance: 50_000n },
    act: operate(reclaim({ amount: 50_001n }), ann),
  },
  {
    why: 'withdrawal above the balance',
    fault: { code: 'BALANCE_TOO_LOW', needed: 8_000_001n + 263n, balance: 8_000_000n },
    act: operate(withdraw({ amount: 8_000_001n }), ben),
  },
  {
    why: 'funding above the balance',
    fault: { code: 'BALANCE_TOO_LOW', needed: 292n, balance: 50n },
    act: operate(fund({ account: 2, member: 3 }), poor),
  },
  {
    why: 'creation above the balance',
    fault: { code: 'BALANCE_TOO_LOW', needed: 554_000n + 1_846n, balance: 50n },
    act: operate(create({ account: 2 }), poor, admin, talker, gone),
  },
  {
    why: 'creation whose allowances overflow a uint64 together',
    fault: { code: 'BALANCE_TOO_LOW', needed: 16n * top + 7_423n, balance: 9_450_000n },
    act: operate(
      create({ members: members(16).map((each) => ({ ...each, allowance: top })) }),
      ann,
      ...Array.from({ length: 16 }, () => admin),
    ),
  },
  {
    why: 'reclaim that does not pay for itself',
    fault: { code: 'BALANCE_TOO_LOW', needed: 275n, balance: 11n },
    prepare: (shard) => {
      shard.accounts[0]!.balance = 10n
    },
    act: operate(reclaim({ amount: 1n }), ann),
  },
  {
    why: 'funding of a member that another account sponsors',
    fault: { code: 'SPONSOR_MISMATCH', sponsor: 0, account: 1 },
    act: operate(fund({ account: 1 }), ben),
  },
  {
    why: 'reclaim from a member that another account sponsors',
    fault: { code: 'SPONSOR_MISMATCH', sponsor: 0, account: 1 },
    act: operate(reclaim({ account: 1 }), ben),
  },
  {
    why: 'reclaim from a removed member',
    fault: { code: 'SPONSOR_MISMATCH', sponsor: 0xffff_ffff, account: 0 },
    act: operate(reclaim({ member: 2, amount: 0n }), ann),
  },
  {
    why: 'creation without an admin',
    fault: { code: 'NO_ADMIN', members: 3 },
    act: operate(create({ members: founded.members.map((each) => ({ ...each, role: 1 })) }), ...founders),
  },
  {
    why: 'creation in a shard of 2^24 conversations',
    fault: { code: 'SHARD_FULL', list: 'conversations', length: 2 ** 24, maximum: 2 ** 24 },
    prepare: (shard) => {
      shard.conversations.length = 2 ** 24
    },
    act: operate(create(), ...founders),
    huge: true,
  },
  {
    why: 'creation that lacks a consent',
    fault: { code: 'SIGNATURE_COUNT', expected: 4, received: 3 },
    act: operate(create(), ann, admin, talker),
  },
  {
    why: 'withdrawal with a signature too many',
    fault: { code: 'SIGNATURE_COUNT', expected: 1, received: 2 },
    act: operate(withdraw({}), ben, ben),
  },
  {
    why: 'operation signed by another owner',
    fault: { code: 'SIGNATURE_INVALID', index: 0 },
    act: operate(withdraw({}), ann),
  },
  {
    why: 'creation with another key’s consent',
    fault: { code: 'SIGNATURE_INVALID', index: 2 },
    act: operate(create(), ann, admin, stampKey('other'), gone),
  },
  {
    why: 'account nonce at its end',
    fault: { code: 'COUNTER_EXHAUSTED', field: 'nonce' },
    prepare: (shard) => {
      shard.accounts[1]!.nonce = top
    },
    act: operate(withdraw({ nonce: top }), ben),
  },
]
