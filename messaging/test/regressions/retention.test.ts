import { toHex } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { messagingLimits } from '../../src/index.ts'
import { calmDown, doDue } from '../simulation/due.ts'
import { type Party, World } from '../simulation/world.ts'

/** Keeps from a party for ever what somebody made last. */
function expire({ view }: Party, digest: Uint8Array | undefined): void {
  view.never.add(toHex(digest as Uint8Array))
}

const month = messagingLimits.retentionMs

test('retention › messages that expired are counted and passed over, and others’ commits are taken', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  for (const text of ['one', 'two']) {
    await alice.conversation.say(new TextEncoder().encode(text))
    expire(bob, alice.state.messages.at(-1)?.digest)
    await alice.post()
  }
  await alice.conversation.commit([], [])
  await alice.post()
  await alice.catchUp()
  await bob.catchUp()
  expect(bob.gaps).toHaveLength(2)
  world.clock.pass(month - 1)
  expect(bob.conversation.hasExpired(world.clock.now())).toBe(false)
  world.clock.pass(1)
  await doDue(world, bob)
  expect(bob.gaps).toEqual([])
  expect(bob.events.filter(({ type }) => type === 'expired')).toEqual([{ type: 'expired', count: 2 }])
  expect(bob.authenticator).toBe(alice.authenticator)
  await alice.say('three')
  await world.settle()
  expect(bob.heard).toEqual(['three'])
})

test('retention › a commit that expired is found out by what others say next, and the device joins anew', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as [Party, Party, Party]
  await alice.conversation.commit([], [])
  expire(bob, alice.state.commits[0]?.digest)
  await alice.post()
  for (const party of [alice, carol, bob]) await party.catchUp()
  world.clock.pass(month)
  await doDue(world, bob)
  expect(bob.gaps).toEqual([])
  await alice.say('in the next epoch')
  await bob.catchUp()
  expect(bob.isMember).toBe(false)
  await calmDown(world)
  expect(bob.authenticator).toBe(alice.authenticator)
})

test('retention › a commit that expired and one that came after it: the device finds out that it is alone with its author', async () => {
  const world = await World.of(['alice', 'bob', 'carol', 'dave'])
  const [alice, bob, carol, dave] = world.parties as [Party, Party, Party, Party]
  for (const party of [alice, carol]) await party.conversation.commit([], [])
  expire(bob, alice.state.commits[0]?.digest)
  await alice.post()
  await carol.post()
  for (const party of [alice, carol, dave, bob]) await party.catchUp()
  world.clock.pass(month)
  await doDue(world, bob)
  expect(bob.authenticator).not.toBe(alice.authenticator)
  await alice.say('one')
  await dave.say('two')
  await bob.catchUp()
  expect(bob.isMember).toBe(false)
  await calmDown(world)
  expect(bob.authenticator).toBe(alice.authenticator)
})

test('update › keys of a leaf are renewed a week after they were made if it said anything, and an epoch ends after a month', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  await bob.say('hello')
  await world.settle()
  await calmDown(world)
  const before = bob.epoch as bigint
  world.clock.pass(messagingLimits.updateMs)
  expect([alice, bob].map(({ conversation }) => conversation.agedKeys(world.clock.now()))).toEqual([undefined, 'own'])
  await calmDown(world)
  expect([alice.epoch, bob.epoch]).toEqual([before + 1n, before + 1n])
  expect(bob.conversation.agedKeys(world.clock.now())).toBeUndefined()
  world.clock.pass(messagingLimits.epochMs)
  expect([alice, bob].map(({ conversation }) => conversation.agedKeys(world.clock.now()))).toEqual(['epoch', 'epoch'])
  await calmDown(world)
  expect(alice.epoch).toBeGreaterThan(before + 1n)
  expect(alice.authenticator).toBe(bob.authenticator)
})
