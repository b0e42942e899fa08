import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type BlockSkeleton,
  type BlockWitness,
  codecLimits,
  completeBlocks,
  coreRoot,
  coreRootOfHeaders,
  decodeCore,
  decodeWitness,
  encodeCore,
  encodeWitness,
  limits,
  OperationType,
  type QueuedItem,
  signaturesOf,
  skeletonOf,
  witnessRoot,
} from '../../src/index.ts'
import { arbitraryOf } from '../support/arbitraries.ts'
import { testBatch } from '../support/batches.ts'
import { digestOf } from '../support/keys.ts'
import { schemas } from '../support/schemas.ts'
import { seed } from '../support/seed.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n)
const body = fc.oneof(
  fc.record({
    selector: fc.constant(0),
    value: fc.array(arbitraryOf(schemas.Message), { maxLength: limits.messagesPerSegment }),
  }),
  fc.record({ selector: fc.constant(1), value: arbitraryOf(schemas.Operation, 16) }),
  fc.record({ selector: fc.constant(2), value: uint64 }),
)
const segment = fc.record({ body, postRoot: bytes32 })
const run = fc.record({ shard: fc.nat(63), segments: fc.array(segment, { maxLength: 5 }) })
const block = fc.record({
  timestamp: uint64,
  inboxCount: uint64,
  stateRoot: bytes32,
  runs: fc.array(run, { maxLength: 4 }),
})

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Blocks whose timestamps and inbox counts do not fall; nothing else about them need be valid. */
const skeletons = fc.array(block, { minLength: 1, maxLength: 6 }).map((blocks) => {
  const timestamps = blocks.map(({ timestamp }) => timestamp).sort(ascending)
  const counts = blocks.map(({ inboxCount }) => inboxCount).sort(ascending)
  return blocks.map((each, i) => ({ ...each, timestamp: timestamps[i], inboxCount: counts[i] })) as BlockSkeleton[]
})

const witnessOf = (blocks: readonly BlockSkeleton[]): BlockWitness[] => {
  let count = 0
  return blocks.map(({ runs }) =>
    runs.map(({ segments }) =>
      segments.map((each) =>
        Array.from({ length: signaturesOf(each.body) }, () => {
          count += 1
          return new Uint8Array(64).fill(count)
        }),
      ),
    ),
  )
}

test(`codec › every core and witness comes back, and has one encoding (seed ${seed})`, () => {
  fc.assert(
    fc.property(skeletons, (blocks) => {
      const core = encodeCore(blocks)
      const decoded = decodeCore(core)
      expect(decoded).toEqual(blocks)
      expect(encodeCore(decoded)).toEqual(core)
      const witness = witnessOf(blocks)
      const encoded = encodeWitness(witness)
      expect(decodeWitness(encoded, decoded)).toEqual(witness)
    }),
    { numRuns: 150 },
  )
})

test('codec › what was derived away comes back: a real batch has its roots again', () => {
  const { chain, parent, shardRoots, blocks, witness } = testBatch()
  const decoded = decodeCore(encodeCore(blocks.map(skeletonOf)))
  const window = { waiting: chain.queue, hashBefore: new Uint8Array(32) }
  const before = { header: parent, shardRoots, prices: parent.prices }
  const completed = completeBlocks(decoded, before, window, chain.lineage)
  expect(completed).toEqual(blocks)
  expect(coreRoot(completed)).toEqual(coreRoot(blocks))
  expect(coreRootOfHeaders(completed.map(({ header }) => header))).toEqual(coreRoot(blocks))
  const signatures = decodeWitness(encodeWitness(witness), decoded)
  expect(witnessRoot(signatures)).toEqual(witnessRoot(witness))
})

test('codec › blocks derived from a batch are what the arbiter accepts, one after another', () => {
  const { chain, parent, shardRoots, blocks, witness } = testBatch()
  const window = { waiting: chain.queue, hashBefore: new Uint8Array(32) }
  const before = { header: parent, shardRoots, prices: parent.prices }
  const completed = completeBlocks(decodeCore(encodeCore(blocks.map(skeletonOf))), before, window, chain.lineage)
  const judge = chain.fromGenesis()
  completed.forEach((each, i) => {
    judge.execute(each, witness[i]!)
  })
  expect(judge.parent).toEqual(chain.parent)
})

test('completeBlocks › a block beyond the known inbox keeps the hash of what is known, for the rules to refuse', () => {
  const { chain, parent, shardRoots } = testBatch()
  const item: QueuedItem = chain.queue[0]!
  const [completed] = completeBlocks(
    [{ timestamp: 1n, inboxCount: 9n, stateRoot: digestOf('root'), runs: [] }],
    { header: parent, shardRoots, prices: parent.prices },
    { waiting: [item], hashBefore: new Uint8Array(32) },
    chain.lineage,
  )
  expect(completed!.header).toMatchObject({ inboxCount: 9n, inboxHash: item.inboxHash })
})

test('codec › a thousand messages of one conversation take at most 38 bytes each beside their signatures', () => {
  const messages = Array.from({ length: 1024 }, (_, i) => ({
    conversation: i % 100,
    member: i % 2,
    content: digestOf(`${i}`),
  }))
  const segments = Array.from({ length: 32 }, (_, i) => ({
    body: { selector: 0 as const, value: messages.slice(32 * i, 32 * i + 32) },
    postRoot: digestOf(`root ${i}`),
  }))
  const core = encodeCore([
    { timestamp: 1_700_000_000_000n, inboxCount: 5n, stateRoot: digestOf('state'), runs: [{ shard: 1, segments }] },
  ])
  expect(core.length / messages.length).toBeLessThan(38)
})

test('codec › the largest operation fits its bound', () => {
  const members = Array.from({ length: 16 }, () => ({ key: digestOf(''), role: 2, allowance: 1n, priceLimit: 1n }))
  const value = { shard: 0, account: 0, nonce: 0n, salt: digestOf(''), members }
  expect(OperationType.serialize({ selector: 0, value }).length).toBeLessThanOrEqual(codecLimits.maxOperationBytes)
})
