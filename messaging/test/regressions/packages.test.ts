import { expect, test } from 'vitest'
import { readCommit } from '../../src/mls/commit.ts'
import { makeCommit } from '../../src/mls/group.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { chainId, packageOf } from '../support/member.ts'
import { commitOf, TestGroup } from '../support/mls-group.ts'

test('packages › several bad ones in one commit: it is refused, and no rejection is left that ends a process', async () => {
  const suite = await loadSuite('x25519')
  const group = await TestGroup.of(suite)
  await group.commit(0, { add: [1] })
  const bad = await Promise.all(
    [2, 3, 4].map(async (slot) => {
      const { keyPackage } = await packageOf(suite, slot)
      return { ...keyPackage, signature: keyPackage.signature.map((byte) => byte ^ 1) }
    }),
  )
  const blind = { ...suite, signature: { ...suite.signature, verify: async () => true } }
  const { frame } = await makeCommit(group.state(0), { add: bad, remove: [] }, blind)
  const left: unknown[] = []
  const note = (reason: unknown): void => void left.push(reason)
  process.on('unhandledRejection', note)
  try {
    const refusal = await readCommit(group.state(1), commitOf(frame), chainId, suite)
    await new Promise((resolve) => setImmediate(resolve))
    expect(left).toEqual([])
    expect(refusal).toBe('a package that its key did not sign')
  } finally {
    process.off('unhandledRejection', note)
  }
})
