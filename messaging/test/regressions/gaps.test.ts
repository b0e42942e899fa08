import { toHex } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { messagingLimits } from '../../src/index.ts'
import { calmDown, codeOf } from '../simulation/due.ts'
import { type Party, seeded, World } from '../simulation/world.ts'

test('gap › digest of nothing: changes of the group wait, talk goes on, and an admin ends it', async () => {
  const world = await World.of(['alice', 'bob', 'mallory'])
  const [alice, bob, mallory] = world.parties as [Party, Party, Party]
  mallory.isLiar = true
  await world.post(mallory, seeded('nothing has this digest'))
  await world.settle()
  expect([alice.gaps, bob.gaps]).toEqual([[2n], [2n]])
  expect(await bob.conversation.commit([], []).then(() => undefined, codeOf)).toBe('GAP')
  await bob.say('never mind')
  await calmDown(world)
  expect(alice.heard).toEqual(['never mind'])
  expect(alice.gaps).toEqual([2n])
  world.clock.pass(messagingLimits.skipAfterMs)
  await calmDown(world)
  expect([alice.gaps, bob.gaps]).toEqual([[], []])
  await bob.conversation.commit([], [])
  await calmDown(world)
  expect(world.authenticators.size).toBe(1)
  expect(bob.epoch).toBe(2n)
})

test('gap › a content that comes late closes it, and what waited behind it counts', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as [Party, Party, Party]
  await bob.conversation.commit([], [])
  const [digest] = bob.state.commits.map((commit) => toHex(commit.digest))
  alice.view.hidden.add(digest as string)
  await world.settle()
  await carol.say('in the new epoch')
  await alice.catchUp()
  expect(alice.heard).toEqual([])
  expect(alice.state.movedOn).toBe(true)
  alice.view.hidden.clear()
  await alice.fetch()
  expect(alice.heard).toEqual(['in the new epoch'])
  expect(alice.gaps).toEqual([])
  expect(alice.authenticator).toBe(carol.authenticator)
})

test.each([1, 6])(
  'skip › skip of an applied commit, %i epochs later: who went by it joins anew, nobody forks',
  async (epochs) => {
    const world = await World.of(['alice', 'bob', 'carol'])
    const [alice, bob, carol] = world.parties as [Party, Party, Party]
    await bob.conversation.commit([], [])
    const [digest] = bob.state.commits.map((commit) => toHex(commit.digest))
    alice.view.hidden.add(digest as string)
    await bob.post()
    for (const party of world.parties) await party.catchUp()
    for (let epoch = 1; epoch < epochs; epoch += 1) {
      await carol.conversation.commit([], [])
      await carol.post()
      for (const party of [bob, carol]) await party.catchUp()
    }
    expect(bob.epoch).toBe(1n + BigInt(epochs))
    await alice.conversation.skip(alice.gaps[0] as bigint, 1)
    await alice.post()
    await calmDown(world)
    expect(world.authenticators.size).toBe(1)
    expect(world.parties.every(({ isMember }) => isMember)).toBe(true)
    await carol.say('together')
    await calmDown(world)
    expect(alice.heard).toEqual(['together'])
  },
)
