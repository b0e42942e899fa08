import { expect, test } from 'vitest'
import {
  messageCharge,
  noSponsor,
  type Operation,
  operationCharge,
  price,
  Role,
  type Shard,
  TransitionError,
  type TransitionFault,
} from '../../src/index.ts'
import { applyMessages, applyOperation } from '../../src/reference.ts'
import { digestOf, type Signer } from '../support/keys.ts'
import {
  atMs,
  change,
  fees,
  keys,
  moneyOf,
  prices,
  shardIndex,
  sign,
  signMessage,
  standingShard,
} from '../support/world.ts'

const now = 1_000_000n
const { admin, talker, gone, newcomer, stranger } = keys

/** Applies an operation that is signed over the shard as it stands. @returns why it is refused. */
function act(shard: Shard, operation: Operation, ...signers: readonly Signer[]): TransitionFault | undefined {
  return faultIn(() => {
    const signatures = sign(operation, signers, shard.conversations[0])
    applyOperation(shard, shardIndex, operation, signatures, atMs(now))
  })
}

function say(shard: Shard, slot: number, signer: Signer): TransitionFault | undefined {
  const message = { conversation: 0, member: slot, content: digestOf('hello') }
  const signature = signMessage(shard.conversations[0]!, message, signer)
  return faultIn(() => applyMessages(shard, shardIndex, [message], [signature], atMs(now)))
}

function faultIn(run: () => void): TransitionFault | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof TransitionError) return error.fault
    throw error
  }
}

const member = (shard: Shard, slot: number) => shard.conversations[0]!.members[slot]!
const exchange = (signer: number, key: Signer, epoch = 1n) => change({ epoch, signer, exchange: [{ key: key.name }] })
const costOf = (operation: Operation) => price(operationCharge(operation), fees.minPrice, prices)
const messageCost = price(messageCharge, fees.minPrice, prices)

test('exchange › a member replaces its own key and keeps role, sponsor, limit and what is left of its allowance', () => {
  const shard = standingShard()
  const before = standingShard()
  const operation = exchange(1, newcomer)
  expect(act(shard, operation, talker, newcomer)).toBeUndefined()
  const held = member(before, 1)
  expect(member(shard, 1)).toEqual({
    ...held,
    key: newcomer.name,
    nonce: held.nonce + 1n,
    allowance: held.allowance - costOf(operation),
  })
  expect(shard.conversations[0]!.epoch).toBe(2n)
  expect(moneyOf(shard)).toBe(moneyOf(before))
  expect(say(shard, 1, talker)).toMatchObject({ code: 'SIGNATURE_INVALID' })
  expect(say(shard, 1, newcomer)).toBeUndefined()
})

test('exchange › of owner and thief with the same key, whoever is first shuts the other out', () => {
  for (const [first, second] of [
    [newcomer, stranger],
    [stranger, newcomer],
  ] as const) {
    const shard = standingShard()
    const late = exchange(1, second)
    const lateSignatures = sign(late, [talker, second], shard.conversations[0])
    expect(act(shard, exchange(1, first), talker, first)).toBeUndefined()
    expect(faultIn(() => applyOperation(shard, shardIndex, late, lateSignatures, atMs(now)))).toMatchObject({
      code: 'EPOCH_MISMATCH',
    })
    expect(act(shard, exchange(1, second, 2n), talker, second)).toEqual({ code: 'SIGNATURE_INVALID', index: 0 })
    expect(say(shard, 1, talker)).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(say(shard, 1, second)).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(say(shard, 1, first)).toBeUndefined()
  }
})

test('exchange › a consent is used once: at the nonce that the slot has after the messages before', () => {
  const shard = standingShard()
  const operation = exchange(1, newcomer)
  const early = sign(operation, [talker, newcomer], shard.conversations[0])
  expect(say(shard, 1, talker)).toBeUndefined()
  expect(faultIn(() => applyOperation(shard, shardIndex, operation, early, atMs(now)))).toEqual({
    code: 'SIGNATURE_INVALID',
    index: 1,
  })
  expect(act(shard, operation, talker, newcomer)).toBeUndefined()
})

test('exchange › an admin exchanges its key behind other entries of the same change', () => {
  const shard = standingShard()
  const operation = change({
    remove: [{ slot: 1 }],
    add: [{ slot: 1, key: gone.name, role: Role.member, allowance: 100n, priceLimit: 200n }],
    exchange: [{ key: newcomer.name }],
  })
  expect(act(shard, operation, admin, gone, newcomer)).toBeUndefined()
  expect(member(shard, 0)).toMatchObject({ key: newcomer.name, role: Role.admin, nonce: 5n })
  expect(moneyOf(shard)).toBe(moneyOf(standingShard()))
})

test.each([
  {
    why: 'a member beside any other entry',
    operation: change({ signer: 1, roles: [{ slot: 1, role: 1 }], exchange: [{ key: newcomer.name }] }),
    signers: [talker, newcomer],
    fault: { code: 'ROLE_MISSING', member: 1, needed: 2, role: 1 },
  },
  {
    why: 'a free slot',
    operation: exchange(2, newcomer),
    signers: [gone, newcomer],
    fault: { code: 'ROLE_MISSING', member: 2, needed: 1, role: 0 },
  },
  {
    why: 'a key that does not consent',
    operation: exchange(1, newcomer),
    signers: [talker, stranger],
    fault: { code: 'SIGNATURE_INVALID', index: 1 },
  },
  {
    why: 'a signer that is not the slot',
    operation: exchange(1, newcomer),
    signers: [admin, newcomer],
    fault: { code: 'SIGNATURE_INVALID', index: 0 },
  },
  {
    why: 'a missing consent',
    operation: exchange(1, newcomer),
    signers: [talker],
    fault: { code: 'SIGNATURE_COUNT', expected: 2, received: 1 },
  },
  {
    why: 'a member that nobody pays for',
    operation: exchange(3, newcomer),
    signers: [keys.unfunded, newcomer],
    fault: { code: 'PRICE_OVER_LIMIT', price: messageCost, limit: 0n },
  },
  {
    why: 'a signer that removes itself',
    operation: change({ remove: [{ slot: 0 }], exchange: [{ key: newcomer.name }] }),
    signers: [admin, newcomer],
    fault: { code: 'SLOT_EMPTY', slot: 0 },
  },
  {
    why: 'a signer that gives up its own role',
    operation: change({ roles: [{ slot: 0, role: 1 }], exchange: [{ key: newcomer.name }] }),
    signers: [admin, newcomer],
    fault: { code: 'ADMIN_LOST', signer: 0 },
  },
  {
    why: 'seventeen entries with it',
    operation: change({
      roles: Array.from({ length: 16 }, () => ({ slot: 1, role: 1 })),
      exchange: [{ key: newcomer.name }],
    }),
    signers: [admin, newcomer],
    fault: { code: 'FIELD_OUT_OF_RANGE', field: 'entries', value: 17, minimum: 1, maximum: 16 },
  },
  {
    why: 'two keys',
    operation: change({ exchange: [{ key: newcomer.name }, { key: stranger.name }] }),
    signers: [admin, newcomer, stranger],
    fault: { code: 'FIELD_OUT_OF_RANGE', field: 'exchange', value: 2, minimum: 0, maximum: 1 },
  },
])('exchange › is refused: $why', ({ operation, signers, fault }) => {
  const shard = standingShard()
  const signatures = signers.map((signer, i) => sign(operation, signers, shard.conversations[0])[i] ?? signer.name)
  const received = faultIn(() => applyOperation(shard, shardIndex, operation, signatures, atMs(now)))
  expect(received).toEqual(fault)
  expect(shard).toEqual(standingShard())
})

const adding = (allowance: bigint, more: bigint = 0n) =>
  change({
    add: [
      { slot: 4, key: newcomer.name, role: Role.member, allowance, priceLimit: 10_000n },
      { slot: 5, key: stranger.name, role: Role.member, allowance: more, priceLimit: 10_000n },
    ],
  })

test('addition › whoever is added with an allowance speaks at once, at the expense of the signer and its sponsor', () => {
  const shard = standingShard()
  const operation = adding(2n * messageCost)
  expect(act(shard, operation, admin, newcomer, stranger)).toBeUndefined()
  expect(member(shard, 0).allowance).toBe(500_000n - costOf(operation) - 2n * messageCost)
  expect(member(shard, 4)).toMatchObject({ sponsor: 0, allowance: 2n * messageCost, priceLimit: 10_000n, nonce: 1n })
  expect(say(shard, 4, newcomer)).toBeUndefined()
  expect(say(shard, 4, newcomer)).toBeUndefined()
  expect(say(shard, 4, newcomer)).toMatchObject({ code: 'ALLOWANCE_TOO_LOW' })
  expect(say(shard, 5, stranger)).toMatchObject({ code: 'ALLOWANCE_TOO_LOW' })
  expect(moneyOf(shard)).toBe(moneyOf(standingShard()))
})

test('addition › what is given away and the price together are bounded by the signer’s allowance', () => {
  const left = 500_000n - costOf(adding(0n))
  const exact = standingShard()
  expect(act(exact, adding(left - 1n, 1n), admin, newcomer, stranger)).toBeUndefined()
  expect(member(exact, 0).allowance).toBe(0n)
  expect(moneyOf(exact)).toBe(moneyOf(standingShard()))
  const over = standingShard()
  expect(act(over, adding(left, 1n), admin, newcomer, stranger)).toEqual({
    code: 'ALLOWANCE_TOO_LOW',
    price: 500_001n,
    allowance: 500_000n,
  })
  expect(act(over, adding(2n ** 64n - 1n, 2n ** 64n - 1n), admin, newcomer, stranger)).toMatchObject({
    code: 'ALLOWANCE_TOO_LOW',
  })
  expect(over).toEqual(standingShard())
})

test('addition › what is given away returns to the signer’s sponsor when the member is removed', () => {
  const shard = standingShard()
  expect(act(shard, adding(1_000n), admin, newcomer, stranger)).toBeUndefined()
  const { balance } = shard.accounts[0]!
  expect(act(shard, change({ epoch: 2n, remove: [{ slot: 4 }] }), admin)).toBeUndefined()
  expect(shard.accounts[0]!.balance).toBe(balance + 1_000n)
  expect(member(shard, 4)).toMatchObject({ sponsor: noSponsor, allowance: 0n })
  expect(moneyOf(shard)).toBe(moneyOf(standingShard()))
})
