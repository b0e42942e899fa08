import {
  AccountType,
  BlockHeaderType,
  BlockType,
  BlockWitnessType,
  BodyType,
  ConversationType,
  InboxItemType,
  MemberType,
  MessageReceiptType,
  MessageType,
  OperationType,
  PricesType,
  RunType,
  SegmentType,
  ShardType,
  SignedMessageType,
  SignedOperationType,
  StateOfRootsType,
} from '@parley/protocol'
import { type RootedType, rooted } from './render.ts'
import { hex, Seeded } from './seeded.ts'

const top64 = 2n ** 64n - 1n

const member = (random: Seeded) => ({
  key: random.bytes(32),
  role: random.below(3),
  nonce: random.uint64(),
  sponsor: random.below(2 ** 32),
  allowance: random.uint64(),
  priceLimit: random.uint64(),
})
const conversation = (random: Seeded, members: number) => ({
  id: random.bytes(32),
  epoch: random.uint64(),
  members: Array.from({ length: members }, () => member(random)),
  messageCount: random.uint64(),
  head: random.bytes(32),
})
const account = (random: Seeded) => ({
  owner: random.bytes(20),
  nonce: random.uint64(),
  balance: random.uint64(),
  withdrawn: random.uint64(),
})
const prices = (random: Seeded) => ({
  coreByte: random.uint64(),
  witnessByte: random.uint64(),
  settlement: random.uint64(),
  stateByte: random.uint64(),
})
const header = (random: Seeded) => ({
  number: random.uint64(),
  parent: random.bytes(32),
  timestamp: random.uint64(),
  lineage: random.bytes(32),
  inboxCount: random.uint64(),
  segmentCount: random.uint64(),
  inboxHash: random.bytes(32),
  prices: prices(random),
  runsRoot: random.bytes(32),
  stateRoot: random.bytes(32),
})
const message = (random: Seeded) => ({
  conversation: random.below(2 ** 32),
  member: random.below(2 ** 16),
  content: random.bytes(32),
})
const create = (random: Seeded, members: number) => ({
  shard: random.below(64),
  account: random.below(2 ** 32),
  nonce: random.uint64(),
  salt: random.bytes(32),
  members: Array.from({ length: members }, () => ({
    key: random.bytes(32),
    role: 1 + random.below(2),
    allowance: random.uint64(),
    priceLimit: random.uint64(),
  })),
})
const change = (random: Seeded) => ({
  shard: random.below(64),
  conversation: random.below(2 ** 32),
  epoch: random.uint64(),
  signer: random.below(4096),
  remove: [{ slot: random.below(4096) }, { slot: random.below(4096) }],
  roles: [{ slot: random.below(4096), role: 2 }],
  add: [
    {
      slot: random.below(4096),
      key: random.bytes(32),
      role: 1,
      allowance: random.uint64(),
      priceLimit: random.uint64(),
    },
  ],
  exchange: [{ key: random.bytes(32) }],
})
const place = (random: Seeded) => ({
  shard: random.below(64),
  account: random.below(2 ** 32),
  nonce: random.uint64(),
  conversation: random.below(2 ** 32),
  member: random.below(4096),
  amount: random.uint64(),
})
const segment = (random: Seeded, body: unknown) => ({
  preRoot: random.bytes(32),
  body,
  postRoot: random.bytes(32),
})
const run = (random: Seeded, bodies: readonly unknown[]) => ({
  shard: random.below(64),
  segments: bodies.map((body) => segment(random, body)),
  postRoot: random.bytes(32),
})

function valid() {
  const random = new Seeded('parley vectors/ssz')
  const rows: { name: string; type: string; value: unknown; ssz: string; root: string }[] = []
  const add = (typeName: string, type: unknown, name: string, value: unknown): void => {
    rows.push({ name, type: typeName, ...rooted(type as RootedType<unknown>, value) })
  }
  add('Member', MemberType, 'random', member(random))
  add('Member', MemberType, 'highest values', {
    key: new Uint8Array(32).fill(255),
    role: 255,
    nonce: top64,
    sponsor: 2 ** 32 - 1,
    allowance: top64,
    priceLimit: top64,
  })
  add('Conversation', ConversationType, 'no members', conversation(random, 0))
  add('Conversation', ConversationType, 'three members', conversation(random, 3))
  add('Account', AccountType, 'random', account(random))
  add('Shard', ShardType, 'empty', ShardType.defaultValue())
  add('Shard', ShardType, 'two conversations, three accounts', {
    conversations: [conversation(random, 1), conversation(random, 2)],
    accounts: [account(random), account(random), account(random)],
    feeExcess: random.uint64(),
    feeTime: random.uint64(),
    revenue: random.uint64(),
  })
  add('Prices', PricesType, 'random', prices(random))
  add('StateOfRoots', StateOfRootsType, 'random', {
    shards: Array.from({ length: 64 }, () => random.bytes(32)),
    inboxCount: random.uint64(),
    prices: prices(random),
    blockNumber: random.uint64(),
    timestamp: random.uint64(),
  })
  add('Message', MessageType, 'random', message(random))
  add('Operation', OperationType, 'creation of two', { selector: 0, value: create(random, 2) })
  add('Operation', OperationType, 'creation of sixteen', { selector: 0, value: create(random, 16) })
  add('Operation', OperationType, 'change', { selector: 1, value: change(random) })
  const fund = { ...place(random), priceLimit: random.uint64() }
  add('Operation', OperationType, 'fund', { selector: 2, value: fund })
  add('Operation', OperationType, 'reclaim', { selector: 3, value: place(random) })
  const { shard, account: from, nonce, amount } = place(random)
  add('Operation', OperationType, 'withdraw', { selector: 4, value: { shard, account: from, nonce, amount } })
  add('InboxItem', InboxItemType, 'prices', { selector: 3, value: prices(random) })
  const bodies = [
    { selector: 0, value: [message(random), message(random)] },
    { selector: 1, value: { selector: 1, value: change(random) } },
    { selector: 2, value: random.uint64() },
  ]
  for (const body of bodies) add('Body', BodyType, `selector ${body.selector}`, body)
  add('Segment', SegmentType, 'messages', segment(random, bodies[0]))
  add('Run', RunType, 'three segments', run(random, bodies))
  add('BlockHeader', BlockHeaderType, 'random', header(random))
  add('Block', BlockType, 'two runs', {
    header: header(random),
    runs: [run(random, bodies), run(random, bodies.slice(2))],
  })
  add('BlockWitness', BlockWitnessType, 'two runs', [
    [[random.bytes(64), random.bytes(64)], [random.bytes(64)], []],
    [[]],
  ])
  const { conversation: to, member: by, content } = message(random)
  add('SignedMessage', SignedMessageType, 'random', {
    shard: 5,
    conversation: to,
    member: by,
    nonce: random.uint64(),
    content,
    signature: random.bytes(64),
  })
  add('SignedOperation', SignedOperationType, 'change', {
    operation: { selector: 1, value: change(random) },
    signatures: [random.bytes(64), random.bytes(64)],
  })
  add('MessageReceipt', MessageReceiptType, 'accepted', { refusal: 0, block: random.uint64(), value: random.uint64() })
  return rows
}

/** Bytes that are no value of their type. Each is a good one with one thing wrong. */
function invalid() {
  const random = new Seeded('parley vectors/ssz invalid')
  const bytes = (type: unknown, value: unknown): string => hex((type as RootedType<unknown>).serialize(value)).slice(2)
  const creation = bytes(OperationType, { selector: 0, value: create(random, 1) })
  const segmentBytes = bytes(SegmentType, segment(random, { selector: 2, value: 7n }))
  const signed = bytes(SignedMessageType, SignedMessageType.defaultValue())
  const entries = Array.from({ length: 17 }, (_, i) => `${(100 + i).toString(16).padStart(2, '0')}00`).join('')
  const changeHead = '01' + '05' + '00000000' + '0000000000000000' + '0000'
  const rows = [
    { type: 'Member', why: 'a byte short', ssz: bytes(MemberType, member(random)).slice(2) },
    { type: 'Member', why: 'a byte too many', ssz: `${bytes(MemberType, member(random))}00` },
    {
      type: 'Operation',
      why: 'selector 5',
      ssz: `05${bytes(OperationType, { selector: 4, value: { shard: 0, account: 0, nonce: 0n, amount: 0n } }).slice(2)}`,
    },
    { type: 'Operation', why: 'no bytes', ssz: '' },
    { type: 'Operation', why: 'first offset beyond the fixed part', ssz: creation.replace(/^(.{92})31/, '$132') },
    { type: 'Operation', why: 'a member cut short', ssz: creation.slice(0, -2) },
    { type: 'Operation', why: '17 removals', ssz: `${changeHead}1b0000003d0000003d000000${entries}` },
    { type: 'Operation', why: 'offsets that descend', ssz: `${changeHead}1b0000001d0000001b0000000700` },
    { type: 'Segment', why: 'body with selector 3', ssz: segmentBytes.replace(/^(.{136})02/, '$103') },
    { type: 'SignedMessage', why: '110 bytes', ssz: signed.slice(2) },
  ]
  return rows.map(({ type, why, ssz }) => ({ type, why, ssz: `0x${ssz}` }))
}

/** The file `test/vectors/ssz.json`. */
export const sszVectors = () => ({
  note: 'hash_tree_root by SHA-256. Integers are decimal text, bytes hex.',
  valid: valid(),
  invalid: invalid(),
})
