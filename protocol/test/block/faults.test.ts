import { expect, test } from 'vitest'
import {
  BlockError,
  type BlockFault,
  BodyKind,
  blockFaults,
  checkBlockRules,
  checkViewRules,
  limits,
  runsRoot,
  ShardType,
  StateType,
  segmentsOf,
  type ViewedBlock,
  viewOfBlock,
} from '../../src/index.ts'
import type { TestChain } from '../support/chain.ts'
import { config } from '../support/world.ts'
import { rows } from './flaws.ts'
import { type Sealed, scene, zero } from './scene.ts'

const good = scene()

function faultOf(judge: TestChain, { block, witness }: Sealed): BlockFault | undefined {
  return faultIn(() => judge.execute(block, witness))
}

function faultIn(check: () => void): BlockFault | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof BlockError) return error.fault
    throw error
  }
}

/** Makes roots inside the block follow from its segments, so that nothing but the planted fault is wrong. */
function relink({ block }: Sealed, judge: TestChain): void {
  for (const each of block.runs) {
    const shard = judge.state.shards[each.shard]
    let standing = shard === undefined ? zero : ShardType.hashTreeRoot(shard)
    for (const one of each.segments) {
      one.preRoot = standing
      standing = one.postRoot
    }
    each.postRoot = standing
  }
  block.header.runsRoot = runsRoot(block.runs)
  block.header.segmentCount = judge.parent.segmentCount + BigInt(segmentsOf(block.runs))
}

test('block › the good one is accepted', () => {
  const judge = good.chain.fork()
  expect(faultOf(judge, good.sealed)).toBeUndefined()
  expect(StateType.hashTreeRoot(judge.state)).toEqual(good.sealed.block.header.stateRoot)
})

test.each(rows)('block › $fault.code: $why', ({ fault, plant, bare }) => {
  const judge = good.chain.fork()
  const sealed = structuredClone(good.sealed)
  plant(sealed, judge)
  if (!bare) relink(sealed, judge)
  expect(faultOf(judge, sealed)).toMatchObject({ block: sealed.block.header.number, ...fault })
})

/** Undefined when the block has no SSZ, or its witness another shape than its runs. */
function viewOfSealed({ block, witness }: Sealed): ViewedBlock | undefined {
  const sameShape =
    block.runs.length === witness.length &&
    block.runs.every(({ segments }, r) => segments.length === (witness[r] ?? []).length)
  const fits = block.runs.every(({ segments }) =>
    segments.every(({ body }) => body.selector !== BodyKind.messages || body.value.length <= limits.messagesPerSegment),
  )
  return sameShape && fits ? viewOfBlock(block, witness) : undefined
}

test('block › the rules say of the bytes of a block what they say of its values', () => {
  const compared: string[] = []
  for (const { plant, bare, why } of [{ plant: () => undefined, bare: true, why: 'nothing' }, ...rows]) {
    const judge = good.chain.fork()
    const sealed = structuredClone(good.sealed)
    plant(sealed, judge)
    if (!bare) relink(sealed, judge)
    const view = viewOfSealed(sealed)
    if (view === undefined) continue
    const { state, parent: header, lineage, queue } = judge
    const shardRoots = state.shards.map((shard) => ShardType.hashTreeRoot(shard))
    const parent = { header, shardRoots, prices: state.prices }
    const window = { waiting: queue.slice(Number(header.inboxCount)), hashBefore: header.inboxHash }
    const said = faultIn(() => checkBlockRules(sealed.block, sealed.witness, parent, window, lineage, config))
    expect(
      faultIn(() => checkViewRules(view, parent, window, lineage, config)),
      why,
    ).toEqual(said)
    if (said !== undefined) compared.push(said.code)
  }
  expect(new Set(compared).size).toBeGreaterThan(12)
})

test('block › every code is reached', () => {
  expect(new Set(rows.map(({ fault }) => fault.code))).toEqual(new Set(Object.keys(blockFaults)))
})
