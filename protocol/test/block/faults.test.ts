import { expect, test } from 'vitest'
import { BlockError, type BlockFault, blockFaults, runsRoot, ShardType, StateType } from '../../src/index.ts'
import type { TestChain } from '../support/chain.ts'
import { rows } from './flaws.ts'
import { type Sealed, scene, zero } from './scene.ts'

const good = scene()

function faultOf(judge: TestChain, { block, witness }: Sealed): BlockFault | undefined {
  try {
    judge.execute(block, witness)
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

test('block › every code is reached', () => {
  expect(new Set(rows.map(({ fault }) => fault.code))).toEqual(new Set(Object.keys(blockFaults)))
})
