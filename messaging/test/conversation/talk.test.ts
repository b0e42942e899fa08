import { expect, test } from 'vitest'
import { type Party, World } from '../simulation/world.ts'

const worldOf = async (...names: string[]): Promise<[World, ...Party[]]> => {
  const world = await World.of(names)
  return [world, ...world.parties]
}

test('conversation › two talk, each hears everything once', async () => {
  const [world, alice, bob] = (await worldOf('alice', 'bob')) as [World, Party, Party]
  await alice.say('hello')
  await world.settle()
  await bob.say('hi')
  await world.settle()
  expect(alice.heard).toEqual(['hello', 'hi'])
  expect(bob.heard).toEqual(['hello', 'hi'])
})

test('removal › nobody speaks while the removed one has a leaf; once a commit took it, it hears nothing', async () => {
  const [world, alice, bob, carol] = (await worldOf('alice', 'bob', 'carol')) as [World, Party, Party, Party]
  await world.removeSlot(alice, 2)
  await world.settle()
  await expect(bob.say('too early')).rejects.toMatchObject({ fault: { code: 'STALE_LEAVES', slots: [2] } })
  await alice.conversation.commit([], alice.conversation.stale)
  await bob.conversation.commit([], bob.conversation.stale)
  await world.settle()
  await bob.say('without her')
  await world.settle()
  expect(alice.heard).toEqual(['without her'])
  expect(carol.heard).toEqual([])
  expect(alice.authenticator).toBe(bob.authenticator)
  await expect(carol.say('still there')).rejects.toMatchObject({ fault: { code: 'NOT_A_MEMBER' } })
})

test('rejoin › a device that gave up its keys asks, is answered, and talks on', async () => {
  const [world, alice, bob] = (await worldOf('alice', 'bob')) as [World, Party, Party]
  await bob.abandon('lost')
  expect(bob.conversation.mustAsk).toBe(true)
  await bob.conversation.askToJoin()
  await world.settle()
  expect(alice.conversation.asking).toEqual([1])
  await alice.answer(1)
  await world.settle()
  expect(bob.isMember).toBe(true)
  expect(bob.authenticator).toBe(alice.authenticator)
  await bob.say('back')
  await world.settle()
  expect(alice.heard).toEqual(['back'])
})
