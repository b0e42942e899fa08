import { createHash } from 'node:crypto'
import { type Conversation, ConversationType, verifyConversations } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, vectorFile } from './support/vector-file.ts'

interface Multiproof {
  readonly what: string
  readonly conversations: readonly { shard: string; index: string; ssz: string; root: string }[]
  readonly nodes: readonly string[]
}

const file = vectorFile<{
  stateRoot: string
  valid: readonly Multiproof[]
  invalid: readonly (Multiproof & { why: string })[]
}>('multiproofs.json')

/** As docs/spec/proofs.md has it: shards of the state at 512, conversations of a shard at 2^28. */
const gindexOf = (shard: string, index: string): bigint => ((512n + BigInt(shard)) << 28n) + BigInt(index)

const descending = (a: bigint, b: bigint): number => (a < b ? 1 : -1)

function ancestors(gindex: bigint): bigint[] {
  const path: bigint[] = []
  for (let node = gindex; node > 1n; node >>= 1n) path.push(node)
  return path
}

/** `calculate_multi_merkle_root` of the consensus specifications, written from their text. */
function multiMerkleRoot({ conversations, nodes }: Multiproof): string | undefined {
  const leaves = new Map(conversations.map(({ shard, index, root }) => [gindexOf(shard, index), root]))
  const path = new Set([...leaves.keys()].flatMap(ancestors))
  const helpers = [...new Set([...path].map((gindex) => gindex ^ 1n))]
    .filter((gindex) => !path.has(gindex))
    .sort(descending)
  if (helpers.length !== nodes.length || leaves.size !== conversations.length) return undefined
  const objects = new Map([...leaves, ...helpers.map((gindex, i) => [gindex, nodes[i] as string] as const)])
  const keys = [...objects.keys()].sort(descending)
  for (const gindex of keys) {
    const [left, right, parent] = [objects.get(gindex & ~1n), objects.get(gindex | 1n), gindex >> 1n]
    if (gindex === 1n || left === undefined || right === undefined || objects.has(parent)) continue
    objects.set(parent, toHex(createHash('sha256').update(fromHex(left)).update(fromHex(right)).digest()))
    keys.push(parent)
  }
  return objects.get(1n)
}

const holds = ({ conversations, nodes }: Multiproof): boolean =>
  verifyConversations(
    fromHex(file.stateRoot),
    conversations.map(({ shard, index, ssz }) => ({
      shard: Number(shard),
      index: Number(index),
      conversation: ConversationType.deserialize(fromHex(ssz)) as Conversation,
    })),
    nodes.map(fromHex),
  )

describe('multiproofs.json', () => {
  test.each(file.valid)('multiproof vector › $what holds, as the consensus specifications compute it, too', (proof) => {
    expect(multiMerkleRoot(proof)).toBe(file.stateRoot)
    expect(holds(proof)).toBe(true)
  })

  test.each(file.invalid)('multiproof vector › $what with $why shows nothing', (proof) => {
    expect(holds(proof)).toBe(false)
  })
})
