import { expect, test } from 'vitest'
import { readLeaf } from '../../src/mls/leaf.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { chainId, group, packageOf } from '../support/member.ts'

const suite = await loadSuite('x25519')

test('leaf › its claim is checked once', async () => {
  const { keyPackage } = await packageOf(suite, 1)
  const found = readLeaf(keyPackage.leafNode, 4, group, chainId)
  expect(found).toMatchObject({ index: 4, claim: { slot: 1 } })
  expect(readLeaf(keyPackage.leafNode, 4, { ...group }, chainId)).toBe(found)
})

test.each([
  ['generation', { ...group, generation: 1 }, chainId],
  ['conversation', { ...group, conversation: new Uint8Array(32).fill(8) }, chainId],
  ['chain', group, chainId + 1n],
] as const)('leaf › what was found of it says nothing of another %s', async (_, name, chain) => {
  const { keyPackage } = await packageOf(suite, 1)
  expect(readLeaf(keyPackage.leafNode, 0, group, chainId)).toMatchObject({ index: 0 })
  expect(readLeaf(keyPackage.leafNode, 0, name, chain)).toBe('parley_slot is not signed by its slot’s key')
  expect(readLeaf(keyPackage.leafNode, 0, group, chainId)).toMatchObject({ index: 0 })
})
