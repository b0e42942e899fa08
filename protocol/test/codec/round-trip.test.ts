import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  codecLimits,
  completeBlocks,
  coreRoot,
  coreRootOfHeaders,
  decodeCore,
  decodeWitness,
  encodeCore,
  encodeWitness,
  OperationType,
  type QueuedItem,
  skeletonOf,
  witnessRoot,
} from '../../src/index.ts'
import { testBatch } from '../support/batches.ts'
import { digestOf } from '../support/keys.ts'
import { seed } from '../support/seed.ts'
import { skeletons, witnessOf } from '../support/skeletons.ts'

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
