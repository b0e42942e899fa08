import {
  type Conversation,
  ConversationType,
  type PlacedConversation,
  proveConversations,
  StateType,
  verifyConversations,
} from '@parley/protocol'
import { packed, type RootedType } from './render.ts'
import { hex, Seeded } from './seeded.ts'

/** Places that share a parent, are neighbours without one, lie alone in their shard, at either end of the state. */
const stood: readonly (readonly [shard: number, conversations: number])[] = [
  [0, 5],
  [1, 1],
  [31, 3],
  [32, 2],
  [63, 9],
]
const cases: readonly (readonly [what: string, places: readonly (readonly [number, number])[]])[] = [
  ['one', [[31, 1]]],
  [
    'two that share a parent',
    [
      [0, 0],
      [0, 1],
    ],
  ],
  [
    'two neighbours that do not',
    [
      [0, 1],
      [0, 2],
    ],
  ],
  [
    'the last of one shard and the first of the next',
    [
      [31, 2],
      [32, 0],
    ],
  ],
  [
    'both ends of the state',
    [
      [0, 0],
      [63, 8],
    ],
  ],
  ['all there are', stood.flatMap(([shard, count]) => Array.from({ length: count }, (_, i) => [shard, i] as const))],
]

function conversation(random: Seeded): Conversation {
  const member = () => ({
    key: random.bytes(32),
    role: 1,
    nonce: random.uint64(),
    sponsor: 0,
    allowance: random.uint64(),
    priceLimit: random.uint64(),
  })
  return {
    id: random.bytes(32),
    epoch: random.uint64(),
    members: [member(), member()],
    messageCount: random.uint64(),
    head: random.bytes(32),
  }
}

const placesJson = (placed: readonly PlacedConversation[]) =>
  placed.map(({ shard, index, conversation: value }) => ({
    shard: String(shard),
    index: String(index),
    ...packed(ConversationType as RootedType<Conversation>, value),
  }))

/** Ways to make a good proof show nothing. */
const spoil: readonly {
  why: string
  bend: (placed: readonly PlacedConversation[], nodes: readonly Uint8Array[]) => [typeof placed, typeof nodes]
}[] = [
  { why: 'the first node missing', bend: (placed, nodes) => [placed, nodes.slice(1)] },
  { why: 'a node too many', bend: (placed, nodes) => [placed, [...nodes, new Uint8Array(32)]] },
  { why: 'nodes in the opposite order', bend: (placed, nodes) => [placed, nodes.toReversed()] },
  {
    why: 'one bit of the last node',
    bend: (placed, nodes) => [placed, nodes.with(-1, nodes.at(-1)!.with(31, nodes.at(-1)![31]! ^ 128))],
  },
  {
    why: 'the first conversation one place further',
    bend: (placed, nodes) => [placed.with(0, { ...placed[0]!, index: placed[0]!.index + 16 }), nodes],
  },
  { why: 'conversations in the opposite order', bend: (placed, nodes) => [placed.toReversed(), nodes] },
  { why: 'the last conversation twice', bend: (placed, nodes) => [[...placed, placed.at(-1)!], nodes] },
]

/** The file `test/vectors/multiproofs.json`. */
export function multiproofVectors() {
  const random = new Seeded('multiproofs')
  const state = StateType.defaultValue()
  for (const [shard, count] of stood)
    state.shards[shard]!.conversations = Array.from({ length: count }, () => conversation(random))
  Object.assign(state, { inboxCount: random.uint64(), blockNumber: random.uint64(), timestamp: random.uint64() })
  const root = StateType.hashTreeRoot(state)
  const proofs = cases.map(([what, places]) => {
    const placed = places.map(([shard, index]) => ({
      shard,
      index,
      conversation: state.shards[shard]!.conversations[index]!,
    }))
    const nodes = proveConversations(state, placed)
    if (!verifyConversations(root, placed, nodes)) throw new Error(`the proof of ${what} does not hold`)
    return { what, placed, nodes }
  })
  // A file of every way to spoil the long ones would show no more.
  const short = proofs.filter(({ placed }) => placed.length <= 2)
  const invalid = short.flatMap(({ what, placed, nodes }) =>
    spoil.flatMap(({ why, bend }) => {
      const [bentPlaced, bentNodes] = bend(placed, nodes)
      // A single conversation has only one order.
      if (placed.length === 1 && why === 'conversations in the opposite order') return []
      if (verifyConversations(root, bentPlaced, bentNodes)) throw new Error(`the proof of ${what} holds with ${why}`)
      return { what, why, conversations: placesJson(bentPlaced), nodes: bentNodes.map(hex) }
    }),
  )
  return {
    note: 'All in one state. Nodes are in the order of docs/spec/proofs.md.',
    stateRoot: hex(root),
    valid: proofs.map(({ what, placed, nodes }) => ({
      what,
      conversations: placesJson(placed),
      nodes: nodes.map(hex),
    })),
    invalid,
  }
}
