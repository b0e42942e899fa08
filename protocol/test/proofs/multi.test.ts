import { createProof, ProofType } from '@chainsafe/persistent-merkle-tree'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  multiproofGindices,
  type PlacedConversation,
  proveConversations,
  ShardType,
  type State,
  StateNodes,
  StateType,
  stateGindex,
  verifyConversations,
} from '../../src/index.ts'
import { digestOf } from '../support/keys.ts'
import { standingShard } from '../support/world.ts'

const state: State = StateType.defaultValue()
for (const shard of [0, 1, 3, 40, 63]) {
  const value = standingShard()
  const [first] = value.conversations
  value.conversations = Array.from({ length: 1 + (shard % 7) }, (_, i) => ({
    ...first!,
    id: digestOf(`${shard}/${i}`),
  }))
  state.shards[shard] = value
}
Object.assign(state, { inboxCount: 5n, blockNumber: 9n, timestamp: 1_000_000n })
const tree = StateType.value_toTree(state)
const root = StateType.hashTreeRoot(state)

const all: PlacedConversation[] = state.shards.flatMap(({ conversations }, shard) =>
  conversations.map((conversation, index) => ({ shard, index, conversation })),
)
const some = fc.subarray(all, { minLength: 1 })

describe('multiproof', () => {
  test('nodes › are those of the consensus specifications, in their order', () => {
    fc.assert(
      fc.property(some, (places) => {
        const gindices = places.map(({ shard, index }) => stateGindex.conversation(shard, index))
        const proof = createProof(tree, { type: ProofType.multi, gindices })
        if (proof.type !== ProofType.multi) throw new TypeError('another proof was asked for')
        expect(proveConversations(state, places)).toEqual(proof.witnesses)
      }),
      { numRuns: 50 },
    )
  })

  test('conversations › of any set are shown by it', () => {
    fc.assert(
      fc.property(some, (places) => {
        expect(verifyConversations(root, places, proveConversations(state, places))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('forgery › a bit that is flipped anywhere is noticed', () => {
    const places = [all[0]!, all.at(-1)!]
    const nodes = proveConversations(state, places)
    const flipped = (bytes: Uint8Array, bit: number) => bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
    const bits = [0, 85, 170, 255]
    for (const [i, node] of nodes.entries())
      for (const bit of bits)
        if (verifyConversations(root, places, nodes.with(i, flipped(node, bit)))) expect.fail(`node ${i}, bit ${bit}`)
    for (const [i, { conversation, ...place }] of places.entries())
      for (const bit of bits) {
        const forged = { ...place, conversation: { ...conversation, head: flipped(conversation.head, bit) } }
        if (verifyConversations(root, places.with(i, forged), nodes)) expect.fail(`head ${i}, bit ${bit}`)
      }
    for (const bit of bits) expect(verifyConversations(flipped(root, bit), places, nodes)).toBe(false)
  })

  const places = [all[0]!, all[3]!, all[4]!]
  const nodes = proveConversations(state, places)
  const [a, b, c] = places as [PlacedConversation, PlacedConversation, PlacedConversation]
  const malformed: [string, readonly PlacedConversation[], readonly Uint8Array[]][] = [
    ['no conversation', [], nodes],
    ['no conversation and the root itself', [], [root]],
    ['no nodes', places, []],
    ['a node too few', places, nodes.slice(1)],
    ['a node too many', places, [...nodes, digestOf('more')]],
    ['two nodes exchanged', places, [nodes[1]!, nodes[0]!, ...nodes.slice(2)]],
    ['a short node', places, nodes.with(0, nodes[0]!.slice(1))],
    ['a long node', places, nodes.with(0, new Uint8Array([...nodes[0]!, 0]))],
    ['a conversation twice', [a, a, b, c], nodes],
    ['places that do not ascend', [b, a, c], nodes],
    ['a conversation left out', [a, b], nodes],
    ['a conversation at another place', [a, b, { ...c, index: c.index + 1 }], nodes],
    ['a shard beyond the state', [a, b, { ...c, shard: 64 }], nodes],
    ['an index beyond the shard', [a, b, { ...c, index: 2 ** 24 }], nodes],
    ['an index that is no integer', [a, b, { ...c, index: 0.5 }], nodes],
    [
      'a counter wider than its type',
      [{ ...a, conversation: { ...a.conversation, epoch: a.conversation.epoch + 2n ** 64n } }, b, c],
      nodes,
    ],
  ]
  test.each(malformed)('malformed › %s shows nothing', (_what, shown, with_) => {
    expect(verifyConversations(root, places, nodes)).toBe(true)
    expect(verifyConversations(root, shown, with_)).toBe(false)
  })

  test('size › many conversations share their nodes', () => {
    const single = multiproofGindices([all[0]!]).length
    expect(multiproofGindices(all).length).toBeLessThan((all.length * single) / 3)
  })

  test('state nodes › are those of the tree', () => {
    const nodes = new StateNodes({ ...state, shards: state.shards.map((shard) => ShardType.hashTreeRoot(shard)) })
    expect(nodes.root).toEqual(root)
    for (const shard of [0, 31, 63]) {
      const proof = createProof(tree, { type: ProofType.single, gindex: stateGindex.shard(shard) })
      if (proof.type !== ProofType.single) throw new TypeError('another proof was asked for')
      expect(nodes.branch(shard)).toEqual(proof.witnesses)
    }
  })
})
