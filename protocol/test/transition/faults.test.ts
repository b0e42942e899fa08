import { expect, test } from 'vitest'
import {
  applyMessages,
  applyOperation,
  type Message,
  type Operation,
  OperationKind,
  Role,
  type Shard,
  ShardType,
  TransitionError,
  type TransitionFault,
  transitionFaults,
} from '../../src/index.ts'
import { digestOf, type Signer, stampKey } from '../support/keys.ts'
import {
  atMs,
  change,
  create,
  founded,
  keys,
  owners,
  shardIndex,
  sign,
  signMessage,
  standingShard,
} from '../support/world.ts'

const now = 1_000_000n
const top = 2n ** 64n - 1n

type Prepare = (shard: Shard) => void

interface Row {
  readonly why: string
  readonly fault: TransitionFault
  readonly prepare?: Prepare
  readonly act: (shard: Shard) => void
  /** A shard too large to hash. */
  readonly huge?: true
}

const operate =
  (operation: Operation, ...signers: readonly Signer[]) =>
  (shard: Shard): void =>
    applyOperation(shard, shardIndex, operation, sign(operation, signers, shard.conversations[0]), atMs(now))

const say =
  (message: Partial<Message>, signer: Signer = keys.talker) =>
  (shard: Shard): void => {
    const whole = { conversation: 0, member: 1, content: digestOf('hello'), ...message }
    const [conversation] = standingShard().conversations
    applyMessages(shard, shardIndex, [whole], [signMessage(conversation!, whole, signer)], atMs(now))
  }

const { ann, ben, poor } = owners
const { admin, talker, gone, newcomer } = keys
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
const range = (field: string, value: number, minimum: number, maximum: number): TransitionFault => ({
  code: 'FIELD_OUT_OF_RANGE',
  field,
  value,
  minimum,
  maximum,
})
const withRole = (role: number) => founded.members.with(1, { ...founded.members[1]!, role })
const fullList: Prepare = (shard) => {
  const list = shard.conversations[0]!.members
  while (list.length < 4096) list.push({ ...list[3]!, key: digestOf(`${list.length}`) })
}
const fullConversation: Prepare = (shard) => {
  shard.conversations[0]!.messageCount = top
}
const member = (shard: Shard, slot: number) => shard.conversations[0]!.members[slot]!

const rows: readonly Row[] = [
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
    why: 'change of no entries',
    fault: range('entries', 0, 1, 16),
    act: operate(change({}), admin),
  },
  {
    why: 'change of 17 entries',
    fault: range('entries', 17, 1, 16),
    act: operate(change({ roles: Array.from({ length: 17 }, () => ({ slot: 1, role: 1 })) }), admin),
  },
  {
    why: 'change to role 0',
    fault: range('roles.role', 0, 1, 2),
    act: operate(change({ roles: [{ slot: 1, role: 0 }] }), admin),
  },
  {
    why: 'addition with role 0',
    fault: range('add.role', 0, 1, 2),
    act: operate(change({ add: [{ slot: 4, key: newcomer.name, role: 0 }] }), admin, newcomer),
  },
  {
    why: 'account beyond the end',
    fault: { code: 'ACCOUNT_UNKNOWN', shard: 3, account: 3 },
    act: operate(withdraw({ account: 3 }), ben),
  },
  {
    why: 'message to a conversation beyond the end',
    fault: { code: 'CONVERSATION_UNKNOWN', shard: 3, conversation: 1 },
    act: say({ conversation: 1 }),
  },
  {
    why: 'funding in a conversation beyond the end',
    fault: { code: 'CONVERSATION_UNKNOWN', shard: 3, conversation: 1 },
    act: operate(fund({ conversation: 1 }), ann),
  },
  {
    why: 'message of a slot beyond the end',
    fault: { code: 'MEMBER_UNKNOWN', conversation: 0, member: 4, members: 4 },
    act: say({ member: 4 }),
  },
  {
    why: 'reclaim from a slot beyond the end',
    fault: { code: 'MEMBER_UNKNOWN', conversation: 0, member: 4, members: 4 },
    act: operate(reclaim({ member: 4 }), ann),
  },
  {
    why: 'message of a removed member',
    fault: { code: 'ROLE_MISSING', member: 2, needed: 1, role: 0 },
    act: say({ member: 2 }, gone),
  },
  {
    why: 'funding of a removed member',
    fault: { code: 'ROLE_MISSING', member: 2, needed: 1, role: 0 },
    act: operate(fund({ member: 2 }), ann),
  },
  {
    why: 'change by a member that is no admin',
    fault: { code: 'ROLE_MISSING', member: 1, needed: 2, role: 1 },
    act: operate(change({ signer: 1, remove: [{ slot: 3 }] }), talker),
  },
  {
    why: 'member that removes itself and another',
    fault: { code: 'ROLE_MISSING', member: 1, needed: 2, role: 1 },
    act: operate(change({ signer: 1, remove: [{ slot: 1 }, { slot: 3 }] }), talker),
  },
  {
    why: 'removed member that leaves again',
    fault: { code: 'ROLE_MISSING', member: 2, needed: 1, role: 0 },
    act: operate(change({ signer: 2, remove: [{ slot: 2 }] }), gone),
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
    why: 'epoch behind',
    fault: { code: 'EPOCH_MISMATCH', expected: 1n, received: 0n },
    act: operate(change({ epoch: 0n, remove: [{ slot: 1 }] }), admin),
  },
  {
    why: 'message above its limit',
    fault: { code: 'PRICE_OVER_LIMIT', price: 221n, limit: 220n },
    prepare: (shard) => {
      member(shard, 1).priceLimit = 220n
    },
    act: say({}),
  },
  {
    why: 'change above the signer’s limit',
    fault: { code: 'PRICE_OVER_LIMIT', price: 221n, limit: 220n },
    prepare: (shard) => {
      member(shard, 0).priceLimit = 220n
    },
    act: operate(change({ remove: [{ slot: 1 }] }), admin),
  },
  {
    why: 'message above its allowance',
    fault: { code: 'ALLOWANCE_TOO_LOW', price: 221n, allowance: 220n },
    prepare: (shard) => {
      member(shard, 1).allowance = 220n
    },
    act: say({}),
  },
  {
    why: 'change above the signer’s allowance',
    fault: { code: 'ALLOWANCE_TOO_LOW', price: 289n, allowance: 288n },
    prepare: (shard) => {
      member(shard, 0).allowance = 288n
    },
    act: operate(change({ remove: [{ slot: 1 }] }), admin),
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
    why: 'change after which the signer is no admin',
    fault: { code: 'ADMIN_LOST', signer: 0 },
    act: operate(change({ roles: [{ slot: 0, role: 1 }] }), admin),
  },
  {
    why: 'admin that leaves and does something else',
    fault: { code: 'ADMIN_LOST', signer: 0 },
    act: operate(change({ remove: [{ slot: 0 }, { slot: 1 }] }), admin),
  },
  {
    why: 'admin that removes itself and comes back as one',
    fault: { code: 'ADMIN_LOST', signer: 0 },
    act: operate(change({ remove: [{ slot: 0 }], add: [{ slot: 0, key: admin.name, role: 2 }] }), admin, admin),
  },
  {
    why: 'addition to a slot in use',
    fault: { code: 'SLOT_OCCUPIED', slot: 3 },
    act: operate(change({ add: [{ slot: 3, key: newcomer.name, role: 1 }] }), admin, newcomer),
  },
  {
    why: 'second addition to one slot',
    fault: { code: 'SLOT_OCCUPIED', slot: 2 },
    act: operate(
      change({ add: [2, 2].map((slot) => ({ slot, key: newcomer.name, role: 1 })) }),
      admin,
      newcomer,
      newcomer,
    ),
  },
  {
    why: 'addition that leaves a gap',
    fault: { code: 'SLOT_BEYOND_END', slot: 5, members: 4 },
    act: operate(change({ add: [{ slot: 5, key: newcomer.name, role: 1 }] }), admin, newcomer),
  },
  {
    why: 'removal of a freed slot',
    fault: { code: 'SLOT_EMPTY', slot: 2 },
    act: operate(change({ remove: [{ slot: 2 }] }), admin),
  },
  {
    why: 'removal of a slot beyond the end',
    fault: { code: 'SLOT_EMPTY', slot: 4 },
    act: operate(change({ remove: [{ slot: 4 }] }), admin),
  },
  {
    why: 'second removal of one slot',
    fault: { code: 'SLOT_EMPTY', slot: 1 },
    act: operate(change({ remove: [{ slot: 1 }, { slot: 1 }] }), admin),
  },
  {
    why: 'role for a slot removed before',
    fault: { code: 'SLOT_EMPTY', slot: 1 },
    act: operate(change({ remove: [{ slot: 1 }], roles: [{ slot: 1, role: 1 }] }), admin),
  },
  {
    why: 'addition to 4,096 members',
    fault: { code: 'SHARD_FULL', list: 'members', length: 4096, maximum: 4096 },
    prepare: fullList,
    act: operate(change({ add: [{ slot: 4096, key: newcomer.name, role: 1 }] }), admin, newcomer),
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
    why: 'message segment that lacks a signature',
    fault: { code: 'SIGNATURE_COUNT', expected: 1, received: 0 },
    act: (shard) =>
      applyMessages(shard, shardIndex, [{ conversation: 0, member: 1, content: digestOf('') }], [], atMs(now)),
  },
  {
    why: 'message signed by another member',
    fault: { code: 'SIGNATURE_INVALID', index: 0 },
    act: say({}, admin),
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
    why: 'change signed by another member',
    fault: { code: 'SIGNATURE_INVALID', index: 0 },
    act: operate(change({ remove: [{ slot: 1 }] }), talker),
  },
  {
    why: 'addition with another key’s consent',
    fault: { code: 'SIGNATURE_INVALID', index: 1 },
    act: operate(change({ add: [{ slot: 4, key: newcomer.name, role: 1 }] }), admin, talker),
  },
  {
    why: 'member nonce at its end',
    fault: { code: 'COUNTER_EXHAUSTED', field: 'nonce' },
    prepare: (shard) => {
      member(shard, 1).nonce = top
    },
    act: say({}),
  },
  {
    why: 'message count at its end',
    fault: { code: 'COUNTER_EXHAUSTED', field: 'messageCount' },
    prepare: fullConversation,
    act: say({}),
  },
  {
    why: 'account nonce at its end',
    fault: { code: 'COUNTER_EXHAUSTED', field: 'nonce' },
    prepare: (shard) => {
      shard.accounts[1]!.nonce = top
    },
    act: operate(withdraw({ nonce: top }), ben),
  },
  {
    why: 'epoch at its end',
    fault: { code: 'COUNTER_EXHAUSTED', field: 'epoch' },
    prepare: (shard) => {
      shard.conversations[0]!.epoch = top
    },
    act: operate(change({ epoch: top, remove: [{ slot: 1 }] }), admin),
  },
]

function faultOf(act: () => void): TransitionFault {
  try {
    act()
  } catch (error) {
    if (error instanceof TransitionError) return error.fault
    throw error
  }
  throw new Error('was accepted')
}

test.each(rows)('refusal › $fault.code: $why', ({ fault, prepare, act, huge }) => {
  const shard = standingShard()
  prepare?.(shard)
  const rootOf = () => (huge ? undefined : ShardType.hashTreeRoot(shard))
  const feesOf = () => [shard.feeExcess, shard.feeTime]
  const before = rootOf()
  const feesBefore = feesOf()
  expect(faultOf(() => act(shard))).toEqual(fault)
  // A message segment's shard is of no use after a refusal, but only its fee fields may differ.
  if (feesOf().join() !== feesBefore.join()) [shard.feeExcess, shard.feeTime] = feesBefore as [bigint, bigint]
  expect(rootOf()).toEqual(before)
})

test('refusal › every code is reached', () => {
  expect(new Set(rows.map(({ fault }) => fault.code))).toEqual(new Set(Object.keys(transitionFaults)))
})
