import type { Shard } from '../../src/index.ts'
import { applyMessages } from '../../src/reference.ts'
import { digestOf } from '../support/keys.ts'
import { atMs, change, keys, shardIndex } from '../support/world.ts'
import { now, operate, type Prepare, type Row, range, say, top } from './refusal.ts'

const { admin, talker, gone, newcomer } = keys
const fullList: Prepare = (shard) => {
  const list = shard.conversations[0]!.members
  while (list.length < 4096) list.push({ ...list[3]!, key: digestOf(`${list.length}`) })
}
const fullConversation: Prepare = (shard) => {
  shard.conversations[0]!.messageCount = top
}
const member = (shard: Shard, slot: number) => shard.conversations[0]!.members[slot]!

/** Messages and membership changes. */
export const refusedOfMembers: readonly Row[] = [
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
    act: operate(
      change({ add: [{ slot: 4, key: newcomer.name, role: 0, allowance: 0n, priceLimit: 0n }] }),
      admin,
      newcomer,
    ),
  },
  {
    why: 'message to a conversation beyond the end',
    fault: { code: 'CONVERSATION_UNKNOWN', shard: 3, conversation: 1 },
    act: say({ conversation: 1 }),
  },
  {
    why: 'message of a slot beyond the end',
    fault: { code: 'MEMBER_UNKNOWN', conversation: 0, member: 4, members: 4 },
    act: say({ member: 4 }),
  },
  {
    why: 'message of a removed member',
    fault: { code: 'ROLE_MISSING', member: 2, needed: 1, role: 0 },
    act: say({ member: 2 }, gone),
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
    fault: { code: 'ALLOWANCE_TOO_LOW', price: 297n, allowance: 296n },
    prepare: (shard) => {
      member(shard, 0).allowance = 296n
    },
    act: operate(change({ remove: [{ slot: 1 }] }), admin),
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
    act: operate(
      change({ remove: [{ slot: 0 }], add: [{ slot: 0, key: admin.name, role: 2, allowance: 0n, priceLimit: 0n }] }),
      admin,
      admin,
    ),
  },
  {
    why: 'addition to a slot in use',
    fault: { code: 'SLOT_OCCUPIED', slot: 3 },
    act: operate(
      change({ add: [{ slot: 3, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
      admin,
      newcomer,
    ),
  },
  {
    why: 'second addition to one slot',
    fault: { code: 'SLOT_OCCUPIED', slot: 2 },
    act: operate(
      change({ add: [2, 2].map((slot) => ({ slot, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n })) }),
      admin,
      newcomer,
      newcomer,
    ),
  },
  {
    why: 'addition that leaves a gap',
    fault: { code: 'SLOT_BEYOND_END', slot: 5, members: 4 },
    act: operate(
      change({ add: [{ slot: 5, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
      admin,
      newcomer,
    ),
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
    act: operate(
      change({ add: [{ slot: 4096, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
      admin,
      newcomer,
    ),
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
    why: 'change signed by another member',
    fault: { code: 'SIGNATURE_INVALID', index: 0 },
    act: operate(change({ remove: [{ slot: 1 }] }), talker),
  },
  {
    why: 'addition with another key’s consent',
    fault: { code: 'SIGNATURE_INVALID', index: 1 },
    act: operate(
      change({ add: [{ slot: 4, key: newcomer.name, role: 1, allowance: 0n, priceLimit: 0n }] }),
      admin,
      talker,
    ),
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
    why: 'epoch at its end',
    fault: { code: 'COUNTER_EXHAUSTED', field: 'epoch' },
    prepare: (shard) => {
      shard.conversations[0]!.epoch = top
    },
    act: operate(change({ epoch: top, remove: [{ slot: 1 }] }), admin),
  },
]
