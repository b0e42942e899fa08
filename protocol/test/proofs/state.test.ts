import { expect, test } from 'vitest'
import {
  ConversationType,
  gindexOf,
  joinProofs,
  maxProofDepth,
  prove,
  proveAccount,
  proveConversation,
  proveMember,
  proveRevenue,
  proveShard,
  rootOf,
  type Shard,
  ShardType,
  type State,
  type StateOfRoots,
  StateType,
  stateGindex,
  verifyAccount,
  verifyConversation,
  verifyMember,
  verifyProof,
  verifyRevenue,
} from '../../src/index.ts'
import { digestOf } from '../support/keys.ts'
import { standingShard } from '../support/world.ts'

const state: State = StateType.defaultValue()
state.shards[3] = { ...standingShard(), revenue: 77n }
state.shards[3].conversations.push({ ...standingShard().conversations[0]!, id: digestOf('second') })
state.shards[63] = standingShard()
Object.assign(state, { inboxCount: 5n, blockNumber: 9n, timestamp: 1_000_000n })
const root = StateType.hashTreeRoot(state)
const ofRoots: StateOfRoots = { ...state, shards: state.shards.map((shard) => ShardType.hashTreeRoot(shard)) }
const shard: Shard = state.shards[3]
const inShard = (...path: (string | number)[]) => prove(ShardType, shard, path).branch

const conversation = shard.conversations[1]!
const account = shard.accounts[2]!
const proofs = {
  conversation: proveConversation(ofRoots, 3, 1, conversation, inShard('conversations', 1)),
  account: proveAccount(ofRoots, 3, 2, account, inShard('accounts', 2)),
  member: proveMember(ofRoots, 3, 1, conversation, 3, inShard('conversations', 1)),
  revenue: proveRevenue(ofRoots, 3, 77n, inShard('revenue')),
  shard: proveShard(ofRoots, 3),
}

test.each(Object.entries(proofs))('proof of %s › leads to the state root and is the library’s own', (name, proof) => {
  const paths = {
    conversation: ['shards', 3, 'conversations', 1],
    account: ['shards', 3, 'accounts', 2],
    member: ['shards', 3, 'conversations', 1, 'members', 3],
    revenue: ['shards', 3, 'revenue'],
    shard: ['shards', 3],
  } as const
  expect(rootOf(proof)).toEqual(root)
  expect(proof).toEqual(prove(StateType, state, paths[name as keyof typeof paths]))
  expect(proof.branch.length).toBe(proof.gindex.toString(2).length - 1)
})

test('proofs › each shows its leaf at its place', () => {
  expect(verifyConversation(root, 3, 1, conversation, proofs.conversation.branch)).toBe(true)
  expect(verifyAccount(root, 3, 2, account, proofs.account.branch)).toBe(true)
  expect(verifyMember(root, 3, 1, 3, conversation.members[3]!, proofs.member.branch)).toBe(true)
  expect(verifyRevenue(root, 3, 77n, proofs.revenue.branch)).toBe(true)
})

test.each([
  { why: 'another index', holds: () => verifyAccount(root, 3, 1, account, proofs.account.branch) },
  { why: 'another shard', holds: () => verifyAccount(root, 63, 2, account, proofs.account.branch) },
  { why: 'another root', holds: () => verifyAccount(digestOf(''), 3, 2, account, proofs.account.branch) },
  {
    why: 'another balance',
    holds: () => verifyAccount(root, 3, 2, { ...account, balance: 51n }, proofs.account.branch),
  },
  { why: 'a conversation’s branch', holds: () => verifyAccount(root, 3, 2, account, proofs.conversation.branch) },
  { why: 'a level less', holds: () => verifyAccount(root, 3, 2, account, proofs.account.branch.slice(1)) },
  { why: 'a level more', holds: () => verifyAccount(root, 3, 2, account, [...proofs.account.branch, digestOf('')]) },
  { why: 'no branch', holds: () => verifyAccount(root, 3, 2, account, []) },
  {
    why: 'another member slot',
    holds: () => verifyMember(root, 3, 1, 2, conversation.members[3]!, proofs.member.branch),
  },
  {
    why: 'another conversation',
    holds: () => verifyConversation(root, 3, 0, conversation, proofs.conversation.branch),
  },
  {
    why: 'a longer history',
    holds: () => verifyConversation(root, 3, 1, { ...conversation, messageCount: 12n }, proofs.conversation.branch),
  },
  { why: 'more revenue', holds: () => verifyRevenue(root, 3, 78n, proofs.revenue.branch) },
])('verify › $why shows nothing', ({ holds }) => {
  expect(holds()).toBe(false)
})

test('verifyProof › one flipped bit of any sibling shows nothing', () => {
  const { branch } = proofs.conversation
  branch.forEach((sibling, level) => {
    const bent = branch.with(level, sibling.with(7, sibling[7]! ^ 1))
    expect(verifyProof(root, { ...proofs.conversation, branch: bent })).toBe(false)
  })
})

test.each([
  { why: 'a leaf with bytes behind it', of: (leaf: Uint8Array) => new Uint8Array([...leaf, 1]) },
  { why: 'a leaf of 64 bytes', of: (leaf: Uint8Array) => new Uint8Array([...leaf, ...leaf]) },
  { why: 'a leaf without its last zero', of: (leaf: Uint8Array) => leaf.subarray(0, 31) },
])('verifyProof › $why is not 32 bytes and shows nothing', ({ of }) => {
  const [left] = [prove(ShardType, shard, ['conversations'])]
  expect(left.gindex % 2n).toBe(0n)
  expect(verifyProof(rootOf(left), { ...left, leaf: of(left.leaf) })).toBe(false)
  const revenue = prove(ShardType, shard, ['revenue'])
  expect(revenue.leaf[31]).toBe(0)
  expect(verifyProof(rootOf(revenue), { ...revenue, leaf: of(revenue.leaf) })).toBe(false)
})

test('verifyProof › a sibling that is not 32 bytes shows nothing', () => {
  const proof = prove(ShardType, shard, ['feeTime'])
  expect(proof.gindex % 2n).toBe(1n)
  const long = new Uint8Array([...proof.branch[0]!, 1])
  expect(verifyProof(rootOf(proof), { ...proof, branch: proof.branch.with(0, long) })).toBe(false)
})

test.each([0n, -5n, 1n << 97n])('verifyProof › gindex %s shows nothing', (gindex) => {
  expect(verifyProof(root, { gindex, leaf: root, branch: [] })).toBe(false)
  expect(() => rootOf({ gindex, leaf: root, branch: [] })).toThrow(RangeError)
})

test('verifyProof › the root is its own proof', () => {
  expect(verifyProof(root, { gindex: 1n, leaf: root, branch: [] })).toBe(true)
})

test.each([
  { why: 'an index at the length of its list', path: ['conversations', 2] },
  { why: 'an index beyond the limit of its list', path: ['conversations', 2 ** 24] },
  { why: 'a field that is none', path: ['conversation'] },
  { why: 'a step into what is no container', path: ['revenue', 'low'] },
  { why: 'a negative index', path: ['conversations', -1] },
])('prove › $why has no proof', ({ path }) => {
  expect(() => prove(ShardType, shard, path)).toThrow(RangeError)
})

test('proveMember › a slot beyond the end has no proof', () => {
  expect(() => proveMember(ofRoots, 3, 1, conversation, 4, inShard('conversations', 1))).toThrow(RangeError)
})

test('joinProofs › a proof in a part and the part’s proof are a proof in the whole', () => {
  const inner = prove(ConversationType, conversation, ['head'])
  expect(rootOf(joinProofs(inner, proofs.conversation))).toEqual(root)
})

test('depths › the deepest leaf of the state is below the bound', () => {
  const field = gindexOf(StateType, ['shards', 63, 'conversations', 2 ** 24 - 1, 'members', 4095, 'priceLimit'])
  expect(field.toString(2).length - 1).toBe(56)
  expect(56).toBeLessThan(maxProofDepth)
  expect(stateGindex.account(63, 2 ** 32 - 1).toString(2).length - 1).toBe(45)
})

test.each([
  { path: ['shards', 64] },
  { path: ['shards', -1] },
  { path: ['shards', 0.5] },
  { path: ['shards', 3, 'conversations', 2 ** 24] },
  { path: ['shards', 3, 'accounts', 2 ** 32] },
  { path: ['shards', 3, 'conversations', 0, 'members', 4096] },
  { path: ['shards', '3'] },
  { path: ['shard'] },
  { path: ['inboxCount', 0] },
])('gindexOf › $path is no place of the state', ({ path }) => {
  expect(() => gindexOf(StateType, path)).toThrow(RangeError)
})

test.each([64, -1, 0.5, Number.NaN, 2 ** 32])('verify › shard or index %s shows nothing', (wrong) => {
  expect(verifyAccount(root, wrong, 2, account, proofs.account.branch)).toBe(false)
  expect(verifyConversation(root, 3, wrong, conversation, proofs.conversation.branch)).toBe(false)
  expect(verifyMember(root, 3, 1, wrong, conversation.members[3]!, proofs.member.branch)).toBe(false)
  expect(verifyRevenue(root, wrong, 77n, proofs.revenue.branch)).toBe(false)
})

test('verify › a value that its type cannot hold shows nothing, though SSZ would cut it to one that stands there', () => {
  const { branch } = proofs.account
  const member = conversation.members[3]!
  const owner = new Uint8Array([...account.owner, 0])
  expect(verifyAccount(root, 3, 2, { ...account, balance: account.balance + 2n ** 64n }, branch)).toBe(false)
  expect(verifyAccount(root, 3, 2, { ...account, owner }, branch)).toBe(false)
  expect(verifyMember(root, 3, 1, 3, { ...member, role: member.role + 256 }, proofs.member.branch)).toBe(false)
  expect(verifyRevenue(root, 3, 77n + 2n ** 64n, proofs.revenue.branch)).toBe(false)
  const longer = { ...conversation, epoch: conversation.epoch + 2n ** 64n }
  expect(verifyConversation(root, 3, 1, longer, proofs.conversation.branch)).toBe(false)
})
