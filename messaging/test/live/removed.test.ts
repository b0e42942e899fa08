import { expect, test, vi } from 'vitest'
import { readPayload } from '../../src/codec/payload.ts'
import { systemClock, systemRandom, text } from '../../src/index.ts'
import { LiveConversation } from '../../src/live/live.ts'
import { type Party, slotKeyOf, World } from '../simulation/world.ts'

const notAMember = { fault: { code: 'NOT_A_MEMBER', slot: 1, reason: 'removed' } }
const liveOf = (world: World, { conversation }: Party): LiveConversation =>
  new LiveConversation(conversation, { log: world.log, clock: systemClock, random: systemRandom })
const couple = async (): Promise<[World, Party, Party]> => {
  const world = await World.of(['alice', 'bob'])
  return [world, ...(world.parties as [Party, Party])]
}
/** Texts that were reported as never said. */
const unsaid = ({ events }: Party): string[] =>
  events.flatMap((event) =>
    event.type === 'unsaid' ? [new TextDecoder().decode(readPayload(event.plaintext)?.body ?? event.plaintext)] : [],
  )

test('removed › what a removed member sends is refused and not kept', async () => {
  const [world, alice, bob] = await couple()
  await world.removeSlot(alice, bob.slot)
  await bob.catchUp()
  const live = liveOf(world, bob)
  await expect(live.send(text('let me in'), new AbortController().signal)).rejects.toMatchObject(notAMember)
  expect(() => live.assertMember()).toThrow(expect.objectContaining(notAMember))
  expect(bob.conversation.isBusy).toBe(false)
})

test('removed › it is refused although the device has not read yet that it was removed', async () => {
  const [world, alice, bob] = await couple()
  const stop = new AbortController()
  const live = liveOf(world, bob)
  const { follow } = world.log
  // Its log says nothing of what comes from here on.
  world.log.follow = async function* (place, from, signal) {
    yield { kind: 'end' }
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    yield* follow.call(world.log, place, from, signal)
  }
  const ended = Promise.allSettled([live.run(stop.signal)])
  await live.send(text('still in'), stop.signal)
  await vi.waitFor(() => expect(bob.conversation.hasUnsaid).toBe(false))
  await world.removeSlot(alice, bob.slot)
  await expect(live.send(text('let me in'), stop.signal)).rejects.toMatchObject(notAMember)
  expect(bob.conversation.hasUnsaid).toBe(false)
  stop.abort()
  await ended
})

test('removed › what waited to be said when the slot was taken away is reported and not kept', async () => {
  const [world, alice, bob] = await couple()
  await bob.conversation.sayLater(new TextEncoder().encode('waits'))
  await bob.conversation.say(new TextEncoder().encode('encrypted, and not sent'))
  await world.removeSlot(alice, bob.slot)
  await bob.catchUp()
  expect(unsaid(bob)).toEqual(['waits', 'encrypted, and not sent'])
  expect(bob.conversation.isBusy).toBe(false)
  expect(bob.state.messages).toEqual([])
  const before = world.length
  await bob.restart()
  await world.settle()
  expect([world.length, bob.conversation.isBusy]).toEqual([before, false])
})

test('removed › who is given another slot joins anew, keeps what it read, and reads nothing of what came between', async () => {
  const [world, alice, bob] = await couple()
  const { signal } = new AbortController()
  await alice.say('before')
  await world.settle()
  await world.removeSlot(alice, bob.slot)
  await world.settle()
  await alice.conversation.commit([], alice.conversation.stale)
  await world.settle()
  await alice.say('between')
  await world.settle()
  const slot = await world.openSlot(alice)
  await world.settle()
  await alice.conversation.introduce(slot, bob.installation.identity)
  await bob.conversation.comeBack(slot, slotKeyOf(slot))
  await bob.restart()
  expect(bob.conversation.mustAsk).toBe(true)
  await bob.conversation.askToJoin()
  await world.settle()
  await alice.conversation.answer(slot, signal)
  await world.settle()
  expect([bob.isMember, alice.conversation.leaves.map(({ claim }) => claim.slot)]).toEqual([true, [alice.slot, slot]])
  await alice.say('after')
  await world.settle()
  await bob.say('back')
  await world.settle()
  expect([bob.heard, alice.heard]).toEqual([
    ['before', 'after', 'back'],
    ['before', 'between', 'after', 'back'],
  ])
  expect(await liveOf(world, bob).send(text('live'), signal)).toHaveLength(16)
})
