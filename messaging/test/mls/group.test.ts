import { expect, test } from 'vitest'
import { decodeFrame, FrameKind, messagingLimits } from '../../src/index.ts'
import { applyCommit, readCommit } from '../../src/mls/commit.ts'
import { joinByCommit } from '../../src/mls/external.ts'
import { encrypt, groupInfo, makeCommit } from '../../src/mls/group.ts'
import { checkedTree } from '../../src/mls/join.ts'
import { decodeMessage } from '../../src/mls/message.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { chainId, packageOf } from '../support/member.ts'
import { commitOf, TestGroup } from '../support/mls-group.ts'

const suite = await loadSuite('x25519')

test.each(['x25519', 'x-wing'] as const)(
  'group › members of suite %s agree after additions and removals',
  async (name) => {
    const group = await TestGroup.of(await loadSuite(name))
    await group.commit(0, { add: [1, 2] })
    await group.commit(1, {})
    await group.commit(2, { remove: [1], add: [3] })
    expect(group.states.size).toBe(3)
    expect(group.authenticators().size).toBe(1)
  },
)

test('frames › application messages have the sizes of classes, and nothing larger than a frame is encrypted', async () => {
  const { states } = await TestGroup.of(suite)
  const state = states.get(0)!
  for (const [plaintext, size] of [
    [0, 512],
    [344, 512],
    [345, 1_024],
    [16_300, 65_536],
    [1_048_400, 1_048_576],
  ] as const) {
    const { frame } = await encrypt(state, new Uint8Array(plaintext), suite)
    expect([plaintext, frame.length]).toEqual([plaintext, size])
    expect(decodeFrame(frame).kind).toBe(FrameKind.mls)
  }
  await expect(encrypt(state, new Uint8Array(messagingLimits.frameBytes), suite)).rejects.toMatchObject({
    fault: { code: 'MESSAGE_TOO_LARGE' },
  })
})

test('frames › commits have the sizes of classes', async () => {
  const group = await TestGroup.of(suite)
  await group.commit(0, { add: [1, 2, 3] })
  const { frame } = await makeCommit(group.state(1), { add: [], remove: [group.leafOf(3)] }, suite)
  expect(messagingLimits.frameClasses).toContain(frame.length)
})

test('external commit › a member whose keys are lost comes back in place of its former leaf', async () => {
  const group = await TestGroup.of(suite)
  await group.commit(0, { add: [1, 2] })
  const { groupInfo: info } = decodeMessage(await groupInfo(group.state(0), suite), 'mls_group_info')
  const tree = await checkedTree(info, suite)
  const own = await packageOf(suite, 2)
  const { message, next } = await joinByCommit(info, tree, own, group.leafOf(2), suite)
  const { publicMessage } = decodeMessage(message, 'mls_public_message')
  const commit = { kind: 'public', message: publicMessage } as const
  const read = await readCommit(group.state(1), commit, chainId, suite)
  expect(read).toMatchObject({
    author: 'joiner',
    leaf: { claim: { slot: 2 } },
    added: [],
    removed: [{ claim: { slot: 2 } }],
  })
  const after = await applyCommit(group.state(1), commit, suite)
  expect(after.keySchedule.epochAuthenticator).toEqual(next.keySchedule.epochAuthenticator)
})

test('external commit › without the former leaf its key would be twice in the tree: refused by all alike', async () => {
  const group = await TestGroup.of(suite)
  await group.commit(0, { add: [1] })
  const { groupInfo: info } = decodeMessage(await groupInfo(group.state(0), suite), 'mls_group_info')
  const tree = await checkedTree(info, suite)
  const { message } = await joinByCommit(info, tree, await packageOf(suite, 1), undefined, suite)
  const { publicMessage } = decodeMessage(message, 'mls_public_message')
  const read = await readCommit(group.state(0), { kind: 'public', message: publicMessage }, chainId, suite)
  expect(read).toMatch('repeats a signature key')
})

test('commit › one that somebody else signed, or that was changed, is refused by all alike', async () => {
  const group = await TestGroup.of(suite)
  await group.commit(0, { add: [1, 2] })
  const { frame } = await makeCommit(group.state(1), { add: [], remove: [] }, suite)
  const { message } = commitOf(frame) as { message: { ciphertext: Uint8Array } }
  message.ciphertext[5] = (message.ciphertext[5] as number) ^ 1
  for (const slot of [0, 2])
    expect(await readCommit(group.state(slot), { kind: 'private', message } as never, chainId, suite)).toEqual(
      expect.any(String),
    )
})
