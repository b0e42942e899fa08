import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type BlockSkeleton,
  completeBlocks,
  completeColumns,
  decodeBatchColumns,
  decodeCore,
  decodeSignatures,
  decodeWitness,
  encodeCore,
  encodeWitness,
  signaturesOfColumns,
  skeletonOf,
  witnessRoot,
  witnessRootOfViews,
} from '../../src/index.ts'
import { testBatch } from '../support/batches.ts'
import { digestOf } from '../support/keys.ts'
import { seed } from '../support/seed.ts'
import { skeletons, witnessOf } from '../support/skeletons.ts'

const batch = testBatch()
const { chain, parent, shardRoots } = batch
const before = { header: parent, shardRoots, prices: parent.prices }
const window = { waiting: chain.queue, hashBefore: digestOf('before') }

/** What columns and values make of the same batch, both as values. */
function both(blocks: readonly BlockSkeleton[]) {
  const core = encodeCore(blocks)
  const witness = encodeWitness(witnessOf(blocks))
  const columns = decodeBatchColumns(core)
  const signatures = decodeSignatures(witness, signaturesOfColumns(columns))
  const views = completeColumns(columns, signatures, before, window, chain.lineage)
  const decoded = decodeCore(core)
  return {
    views,
    ofViews: views.map(({ header, runs }) => ({ header, runs: runs.decodeRuns() })),
    witnessOfViews: views.map(({ runs }) => runs.decodeWitness()),
    ofValues: completeBlocks(decoded, before, window, chain.lineage),
    witnessOfValues: decodeWitness(witness, decoded),
    unsigned: completeColumns(columns, undefined, before, window, chain.lineage),
  }
}

function expectSame(blocks: readonly BlockSkeleton[]): void {
  const made = both(blocks)
  expect(made.ofViews).toEqual(made.ofValues)
  expect(made.witnessOfViews).toEqual(made.witnessOfValues)
  expect(witnessRootOfViews(made.views.map(({ runs }) => runs))).toEqual(witnessRoot(made.witnessOfValues))
  expect(made.unsigned.map(({ header }) => header)).toEqual(made.ofValues.map(({ header }) => header))
  made.unsigned.forEach(({ runs }, i) => {
    expect(runs.bytes).toEqual(made.views[i]?.runs.bytes)
    expect(runs.witnessBytes.length).toBe(made.views[i]?.runs.witnessBytes.length)
  })
}

test(`completeColumns › makes what completeBlocks makes of anything that decodes (seed ${seed})`, () => {
  fc.assert(fc.property(skeletons, expectSame), { seed, numRuns: 150 })
})

test('completeColumns › makes what completeBlocks makes of a real batch', () => {
  expectSame(batch.blocks.map(skeletonOf))
})
