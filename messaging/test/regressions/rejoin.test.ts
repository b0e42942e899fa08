import { expect, test } from 'vitest'
import { calmDown } from '../simulation/due.ts'
import { type Party, World } from '../simulation/world.ts'

test('rejoin › resync without leaf: one whose leaf is gone comes back, for its slot is live', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  await alice.conversation.commit(
    [],
    alice.conversation.leaves.filter(({ claim }) => claim.slot === bob.slot),
  )
  await world.settle()
  expect(bob.isMember).toBe(false)
  expect(alice.conversation.leaves).toHaveLength(1)
  // Nobody has a leaf to look it up by.
  await alice.conversation.introduce(bob.slot, bob.installation.identity)
  await calmDown(world)
  expect(bob.isMember).toBe(true)
  expect(bob.authenticator).toBe(alice.authenticator)
})

test('crash › same generation after a crash: what was sent before and after it is heard', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  await alice.say('before')
  await alice.restart()
  await alice.say('after')
  await world.settle()
  expect(bob.heard).toEqual(['before', 'after'])
})

test('crash › between the log and its entry: nothing is posted twice', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const before = world.length
  await alice.say('once')
  await alice.restart()
  await world.settle()
  await world.settle()
  expect(world.length).toBe(before + 1)
  expect(alice.heard).toEqual(['once'])
  expect(bob.heard).toEqual(['once'])
})
