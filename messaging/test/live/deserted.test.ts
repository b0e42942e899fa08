import { expect, test, vi } from 'vitest'
import { systemClock, systemRandom, text } from '../../src/index.ts'
import { LiveConversation } from '../../src/live/live.ts'
import { Party, slotKeyOf, World } from '../simulation/world.ts'

const liveOf = (world: World, { conversation }: Party): LiveConversation =>
  new LiveConversation(conversation, { log: world.log, clock: systemClock, random: systemRandom })

/** A group of one slot, and a device without keys that has the slot’s key. */
async function recovering(): Promise<[World, Party, Party]> {
  const world = await World.of(['lost'])
  const [lost] = world.parties as [Party]
  const found = await Party.begin(world, 'found', 0, slotKeyOf(0), false, lost.installation.identity)
  return [world, lost, found]
}

test('deserted › the last device of an identity founds its own group anew, and speaks in it', async () => {
  const [world, lost, found] = await recovering()
  world.directory.revoke(lost.installation)
  const live = liveOf(world, found)
  const stop = new AbortController()
  const ended = Promise.allSettled([live.run(stop.signal)])
  await vi.waitFor(() => expect(found.isMember).toBe(true), { timeout: 360_000 })
  expect(found.state.generation).toBe(1)
  await live.send(text('still mine'), stop.signal)
  await vi.waitFor(() => expect(live.conversation.hasUnsaid).toBe(false), { timeout: 360_000 })
  stop.abort()
  await ended
})

test('deserted › while the directory has another device, that one is waited for', async () => {
  const [world, , found] = await recovering()
  await found.catchUp()
  await found.conversation.askToJoin()
  expect(await found.conversation.isDeserted(new AbortController().signal)).toBe(false)
  await world.settle()
  expect([found.state.generation, found.isMember]).toEqual([0, false])
})

test('deserted › where another slot is live, nobody founds anything', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice] = world.parties as [Party, Party]
  const found = await Party.begin(world, 'found', 0, slotKeyOf(0), false, alice.installation.identity)
  world.directory.revoke(alice.installation)
  await found.catchUp()
  await found.conversation.askToJoin()
  expect(await found.conversation.isDeserted(new AbortController().signal)).toBe(false)
})
