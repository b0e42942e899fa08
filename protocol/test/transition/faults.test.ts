import { expect, test } from 'vitest'
import { ShardType, TransitionError, type TransitionFault, transitionFaults } from '../../src/index.ts'
import { standingShard } from '../support/world.ts'
import { refusedOfAccounts } from './refused-of-accounts.ts'
import { refusedOfMembers } from './refused-of-members.ts'

const rows = [...refusedOfMembers, ...refusedOfAccounts]

function faultOf(act: () => void): TransitionFault {
  try {
    act()
  } catch (error) {
    if (error instanceof TransitionError) return error.fault
    throw error
  }
  throw new Error('was accepted')
}

test.each(rows)('refusal › $fault.code: $why', ({ fault, prepare, act, huge }) => {
  const shard = standingShard()
  prepare?.(shard)
  const rootOf = () => (huge ? undefined : ShardType.hashTreeRoot(shard))
  const feesOf = () => [shard.feeExcess, shard.feeTime]
  const before = rootOf()
  const feesBefore = feesOf()
  expect(faultOf(() => act(shard))).toEqual(fault)
  // A message segment's shard is of no use after a refusal, but only its fee fields may differ.
  if (feesOf().join() !== feesBefore.join()) [shard.feeExcess, shard.feeTime] = feesBefore as [bigint, bigint]
  expect(rootOf()).toEqual(before)
})

test('refusal › every code is reached', () => {
  expect(new Set(rows.map(({ fault }) => fault.code))).toEqual(new Set(Object.keys(transitionFaults)))
})
