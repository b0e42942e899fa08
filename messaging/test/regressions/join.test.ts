import { joinGroup, makePskIndex } from 'ts-mls'
import { expect, test } from 'vitest'
import { makeCommit } from '../../src/mls/group.ts'
import { decodeMessage } from '../../src/mls/message.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { packageOf } from '../support/member.ts'
import { TestGroup } from '../support/mls-group.ts'

const suite = await loadSuite('x25519')

test('join › the four-commit join: the library refuses a tree that RFC 9420 allows, and we do not', async () => {
  const group = await TestGroup.of(suite)
  await group.commit(0, { add: [1, 2] })
  await group.commit(2, { add: [3, 4] })
  await group.commit(3, { remove: [0] })
  const newcomer = await packageOf(suite, 5)
  const other = await packageOf(suite, 6)
  const { welcome, next } = await makeCommit(
    group.state(3),
    { add: [newcomer.keyPackage, other.keyPackage], remove: [] },
    suite,
  )
  const message = decodeMessage(welcome as Uint8Array, 'mls_welcome').welcome
  await expect(
    joinGroup(message, newcomer.keyPackage, newcomer.secrets, makePskIndex(undefined, {}), suite),
  ).rejects.toThrow('unmerged_leaves')
  const joined = await group.join(welcome as Uint8Array, newcomer)
  expect(joined.keySchedule.epochAuthenticator).toEqual(next.keySchedule.epochAuthenticator)
})
