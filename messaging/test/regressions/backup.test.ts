import { toHex } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { memberOf } from '../../src/engine/state.ts'
import { frameDigest } from '../../src/index.ts'
import { makeCommit } from '../../src/mls/group.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { calmDown } from '../simulation/due.ts'
import { type Party, World } from '../simulation/world.ts'

test('backup › a device that is restored from a backup gives up its keys once it reads what it said since, and joins anew', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const backup = bob.store.copy()
  await bob.say('after the backup')
  await world.settle()
  await bob.restart(backup)
  await bob.catchUp()
  expect(bob.isMember).toBe(false)
  await expect(bob.say('with keys that are used up')).rejects.toMatchObject({ fault: { code: 'NOT_A_MEMBER' } })
  await calmDown(world)
  expect(bob.isMember).toBe(true)
  await bob.say('back')
  await world.settle()
  expect(alice.heard).toEqual(['after the backup', 'back'])
  expect(alice.authenticator).toBe(bob.authenticator)
})

test('backup › a device that is restored and whose slot has another one says nothing until it knows which of them spoke', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const other = await world.device('bob’s phone', bob.slot, bob)
  const backup = bob.store.copy()
  await bob.conversation.say(new TextEncoder().encode('after the backup'))
  const digest = bob.state.messages.at(-1)?.digest as Uint8Array
  await bob.post()
  await alice.catchUp()
  await other.catchUp()
  bob.view.hidden.add(toHex(digest))
  await bob.restart(backup)
  await bob.catchUp()
  expect(bob.isMember).toBe(true)
  await expect(bob.say('with keys that may be used up')).rejects.toMatchObject({ fault: { code: 'GAP' } })
  bob.view.hidden.clear()
  await bob.fetch()
  expect(bob.isMember).toBe(false)
  await calmDown(world)
  expect(bob.authenticator).toBe(alice.authenticator)
})

test('backup › one from before an own commit gives up its keys at that commit, and waits for nobody', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const backup = bob.store.copy()
  await bob.conversation.commit([], [])
  await bob.post()
  await alice.catchUp()
  await bob.restart(backup)
  await bob.catchUp()
  expect(bob.gaps).toEqual([])
  expect(bob.isMember).toBe(false)
  await calmDown(world)
  expect(bob.authenticator).toBe(alice.authenticator)
})

test('backup › a commit that another slot posts is nobody’s own', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as [Party, Party, Party]
  const member = memberOf(bob.state)
  if (member === undefined) throw new Error('bob is a member')
  const { frame } = await makeCommit(member.state, { add: [], remove: [] }, await loadSuite(world.suite))
  await world.contents.put(frame)
  await world.post(carol, frameDigest(frame))
  for (const party of [alice, bob, carol]) await party.catchUp()
  expect([alice.gaps, bob.gaps, bob.isMember]).toEqual([[], [], true])
  expect(alice.authenticator).toBe(bob.authenticator)
})
