import { expect, test } from 'vitest'
import {
  createConversationDigest,
  hash64,
  messageCharge,
  messageDigest,
  type Operation,
  OperationKind,
  operationCharge,
  operationDigests,
  price,
  Role,
  type Shard,
} from '../../src/index.ts'
import { applyMessages, applyOperation } from '../../src/reference.ts'
import { digestOf, type Signer } from '../support/keys.ts'
import {
  atMs,
  change,
  config,
  create,
  deployment,
  fees,
  founded,
  keys,
  moneyOf,
  owners,
  prices,
  shardIndex,
  sign,
  signMessage,
  standingShard,
} from '../support/world.ts'

const now = 1_000_000n

/** Applies an operation to a standing shard in which no price has risen; gives both shards and what it must cost. */
function applied(operation: Operation, signers: readonly Signer[]): { before: Shard; after: Shard; cost: bigint } {
  const before = standingShard()
  const after = standingShard()
  applyOperation(after, shardIndex, operation, sign(operation, signers, before.conversations[0]), atMs(now))
  const cost = price(operationCharge(operation), fees.minPrice, prices)
  expect(moneyOf(after)).toBe(moneyOf(before))
  expect(after.revenue).toBe(cost)
  expect(after.feeExcess).toBe(operationCharge(operation).weight)
  expect(after.feeTime).toBe(now)
  return { before, after, cost }
}

test('message › moves nonce, allowance, count, head and revenue and nothing else', () => {
  const before = standingShard()
  const after = standingShard()
  const message = { conversation: 0, member: 1, content: digestOf('hello') }
  const [conversation] = before.conversations
  applyMessages(after, shardIndex, [message], [signMessage(conversation!, message, keys.talker)], atMs(now))
  const cost = price(messageCharge, fees.minPrice, prices)
  const [, talker] = conversation!.members
  const digest = messageDigest(config.chainId, conversation!.id, 1, 9n, message.content)
  expect(after).toEqual({
    ...before,
    feeExcess: 1n,
    feeTime: now,
    revenue: cost,
    conversations: [
      {
        ...conversation,
        members: conversation!.members.with(1, { ...talker!, nonce: 10n, allowance: talker!.allowance - cost }),
        messageCount: 12n,
        head: hash64(conversation!.head, digest),
      },
    ],
  })
})

test('message › a whole segment pays one price and raises the excess by its length', () => {
  const shard = standingShard()
  shard.feeExcess = 300n
  shard.feeTime = now
  const messages = Array.from({ length: 32 }, (_, i) => ({ conversation: 0, member: 1, content: digestOf(`${i}`) }))
  const signatures = messages.map((message, i) =>
    signMessage(shard.conversations[0]!, message, keys.talker, 9n + BigInt(i)),
  )
  applyMessages(shard, shardIndex, messages, signatures, atMs(now))
  // 10 * e ** (300 / 400) = 21.17
  expect(shard.revenue).toBe(32n * price(messageCharge, 21n, prices))
  expect(shard.feeExcess).toBe(332n)
})

test('create › opens a conversation named by its digest whose members hold their first nonce', () => {
  const { before, after, cost } = applied(create(), [owners.ann, keys.admin, keys.talker, keys.gone])
  const id = createConversationDigest(deployment.separator, founded)
  expect(after.conversations).toEqual([
    ...before.conversations,
    {
      id,
      epoch: 0n,
      members: founded.members.map((member) => ({ ...member, nonce: 1n, sponsor: 0 })),
      messageCount: 0n,
      head: id,
    },
  ])
  const allowances = founded.members.reduce((sum, { allowance }) => sum + allowance, 0n)
  expect(after.accounts[0]).toEqual({
    ...before.accounts[0],
    nonce: 1n,
    balance: before.accounts[0]!.balance - allowances - cost,
  })
})

test('change › removes, changes roles and adds in this order, with refunds, nonces and the digest in the head', () => {
  const operation = change({
    remove: [{ slot: 1 }],
    roles: [{ slot: 3, role: Role.admin }],
    add: [
      { slot: 1, key: keys.newcomer.name, role: Role.member, allowance: 300n, priceLimit: 400n },
      { slot: 4, key: keys.stranger.name, role: Role.admin, allowance: 0n, priceLimit: 0n },
      { slot: 2, key: keys.gone.name, role: Role.member, allowance: 0n, priceLimit: 0n },
    ],
  })
  const signers = [keys.admin, keys.newcomer, keys.stranger, keys.gone]
  const { before, after, cost } = applied(operation, signers)
  // The signer's sponsor.
  const added = { sponsor: 0, allowance: 0n, priceLimit: 0n }
  const [conversation] = before.conversations
  const [admin, talker, , unfunded] = conversation!.members
  expect(after.conversations[0]).toEqual({
    ...conversation,
    epoch: 2n,
    head: hash64(conversation!.head, operationDigests(operation, deployment, conversation)[0]!),
    members: [
      { ...admin, allowance: admin!.allowance - cost - 300n },
      { ...added, key: keys.newcomer.name, role: Role.member, nonce: 11n, allowance: 300n, priceLimit: 400n },
      { ...added, key: keys.gone.name, role: Role.member, nonce: 3n },
      { ...unfunded, role: Role.admin },
      { ...added, key: keys.stranger.name, role: Role.admin, nonce: 1n },
    ],
  })
  expect(after.accounts[0]!.balance).toBe(before.accounts[0]!.balance + talker!.allowance)
})

test('change › a removed slot keeps its key, has no sponsor and no limit, and its nonce rises', () => {
  const { before, after } = applied(change({ remove: [{ slot: 1 }] }), [keys.admin])
  expect(after.conversations[0]!.members[1]).toEqual({
    key: before.conversations[0]!.members[1]!.key,
    role: Role.none,
    nonce: 10n,
    sponsor: 0xffff_ffff,
    allowance: 0n,
    priceLimit: 0n,
  })
})

test('change › a member leaves by itself, pays for it and the rest of its allowance returns', () => {
  const { before, after, cost } = applied(change({ signer: 1, remove: [{ slot: 1 }] }), [keys.talker])
  const allowance = before.conversations[0]!.members[1]!.allowance
  expect(after.conversations[0]!.members[1]!.role).toBe(Role.none)
  expect(after.accounts[0]!.balance).toBe(before.accounts[0]!.balance + allowance - cost)
})

test('change › the last admin may leave', () => {
  const { after } = applied(change({ remove: [{ slot: 0 }] }), [keys.admin])
  expect(after.conversations[0]!.members.some(({ role }) => role === Role.admin)).toBe(false)
})

test('change › an admin may step down and up again within one change', () => {
  const roles = [
    { slot: 0, role: Role.member },
    { slot: 0, role: Role.admin },
  ]
  const { after } = applied(change({ roles }), [keys.admin])
  expect(after.conversations[0]!.members[0]!.role).toBe(Role.admin)
})

test('change › keys may be equal: the slot is what the digest names', () => {
  const { after } = applied(
    change({ add: [{ slot: 4, key: keys.admin.name, role: Role.member, allowance: 0n, priceLimit: 0n }] }),
    [keys.admin, keys.admin],
  )
  expect(after.conversations[0]!.members[4]!.key).toEqual(keys.admin.name)
})

const fund = { shard: shardIndex, nonce: 0n, conversation: 0, amount: 70_000n, priceLimit: 900n }

test('fund › the sponsor adds to what is there', () => {
  const operation: Operation = { selector: OperationKind.fund, value: { ...fund, account: 0, member: 1 } }
  const { before, after, cost } = applied(operation, [owners.ann])
  const talker = before.conversations[0]!.members[1]!
  expect(after.conversations[0]!.members[1]).toEqual({
    ...talker,
    allowance: talker.allowance + 70_000n,
    priceLimit: 900n,
  })
  expect(after.accounts[0]).toEqual({
    ...before.accounts[0],
    nonce: 1n,
    balance: before.accounts[0]!.balance - 70_000n - cost,
  })
})

test('fund › anyone may take over a member nobody sponsors', () => {
  const operation: Operation = { selector: OperationKind.fund, value: { ...fund, account: 1, member: 3 } }
  const { after } = applied(operation, [owners.ben])
  expect(after.conversations[0]!.members[3]).toMatchObject({ sponsor: 1, allowance: 70_000n, priceLimit: 900n })
})

test('fund › another account takes over below the price of one message, and the rest returns to the old sponsor', () => {
  const before = standingShard()
  before.conversations[0]!.members[1]!.allowance = price(messageCharge, fees.minPrice, prices) - 1n
  const after = structuredClone(before)
  const operation: Operation = { selector: OperationKind.fund, value: { ...fund, account: 1, member: 1 } }
  applyOperation(after, shardIndex, operation, sign(operation, [owners.ben]), atMs(now))
  expect(after.conversations[0]!.members[1]).toMatchObject({ sponsor: 1, allowance: 70_000n })
  expect(after.accounts[0]!.balance).toBe(before.accounts[0]!.balance + before.conversations[0]!.members[1]!.allowance)
  expect(moneyOf(after)).toBe(moneyOf(before))
})

test('reclaim › returns allowance to the sponsor, which pays for it', () => {
  const value = { shard: shardIndex, account: 0, nonce: 0n, conversation: 0, member: 1, amount: 50_000n }
  const { before, after, cost } = applied({ selector: OperationKind.reclaim, value }, [owners.ann])
  expect(after.conversations[0]!.members[1]!.allowance).toBe(0n)
  expect(after.conversations[0]!.members[1]!.sponsor).toBe(0)
  expect(after.accounts[0]!.balance).toBe(before.accounts[0]!.balance + 50_000n - cost)
})

test('withdraw › moves balance to what the L2 pays', () => {
  const value = { shard: shardIndex, account: 1, nonce: 0n, amount: 7_000_000n }
  const { before, after, cost } = applied({ selector: OperationKind.withdraw, value }, [owners.ben])
  expect(after.accounts[1]).toEqual({
    ...before.accounts[1],
    nonce: 1n,
    balance: 1_000_000n - cost,
    withdrawn: 7_000_000n,
  })
})
