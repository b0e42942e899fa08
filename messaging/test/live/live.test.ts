import { toHex } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { encodePayload, systemClock, systemRandom, text } from '../../src/index.ts'
import { LiveConversation } from '../../src/live/live.ts'
import { type Party, World } from '../simulation/world.ts'

const liveOf = (world: World, { conversation }: Party): LiveConversation =>
  new LiveConversation(conversation, { log: world.log, clock: systemClock, random: systemRandom })

/** Reads texts until there are so many; gives them with the cursor behind the last. */
async function texts(live: LiveConversation, from: number, count: number): Promise<{ said: string[]; cursor: number }> {
  const done = new AbortController()
  const said: string[] = []
  let last = from
  for await (const { cursor, payload } of live.watch(from, done.signal)) {
    last = cursor
    if (payload !== undefined) said.push(new TextDecoder().decode(payload.body))
    if (said.length === count) break
  }
  return { said, cursor: last }
}

test('live › two talk, a third is removed by the record and by whoever comes first, and a watch goes on where it was', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob] = world.parties.slice(0, 2).map((party) => liveOf(world, party)) as [
    LiveConversation,
    LiveConversation,
  ]
  const stop = new AbortController()
  const runs = [alice, bob].map((live) => live.run(stop.signal))
  const ended = Promise.allSettled(runs)
  await alice.send(text('hello'), stop.signal)
  await bob.send(text('hi'), stop.signal)
  const first = await texts(alice, 0, 2)
  expect(first.said.toSorted()).toEqual(['hello', 'hi'])
  await world.removeSlot(world.parties[0] as Party, 2)
  await alice.send(text('just us'), stop.signal)
  expect((await texts(alice, first.cursor, 1)).said).toEqual(['just us'])
  const heard = await texts(bob, 0, 3)
  expect(heard.said.at(-1)).toBe('just us')
  expect(bob.conversation.leaves).toHaveLength(2)
  stop.abort()
  expect((await ended).every(({ status }) => status === 'rejected')).toBe(true)
})

test('directory › a device that was revoked says nothing, and an admin takes its leaf out before it speaks', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  world.directory.revoke(bob.installation)
  const stop = new AbortController()
  await expect(liveOf(world, bob).send(text('still here'), stop.signal)).rejects.toMatchObject({
    fault: { code: 'INSTALLATION_REVOKED', installations: [bob.installation.signing.key] },
  })
  const live = liveOf(world, alice)
  const ended = Promise.allSettled([live.run(stop.signal)])
  await live.send(text('just me'), stop.signal)
  expect((await texts(live, 0, 1)).said).toEqual(['just me'])
  expect(alice.conversation.leaves.map(({ claim }) => claim.slot)).toEqual([alice.slot])
  await bob.catchUp()
  expect(bob.heard).toEqual([])
  stop.abort()
  await ended
})

test('split › an author with another record is found out by the head that it names, and by no other', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const { cursor, head } = alice.state.record
  const say = async (seen: { messages: bigint; changes: bigint; head: Uint8Array }): Promise<void> => {
    const rest = { type: 'text/1', sentAt: 0n, fallback: '', body: new Uint8Array() }
    await alice.conversation.say(encodePayload({ id: systemRandom(16), seen, ...rest }))
    await world.settle()
  }
  await say({ ...cursor, head })
  await say({ ...cursor, head })
  expect(bob.events.filter(({ type }) => type === 'split')).toEqual([])
  const other = head.map((byte) => byte ^ 1)
  await say({ ...cursor, head: other })
  expect(bob.events.at(-1)).toMatchObject({ type: 'split', slot: alice.slot, seen: { head: other }, own: head })
  expect(toHex(other)).not.toBe(toHex(head))
})

test('live › a log that fails while its owner waits for something else ends the run, and nothing beside it', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice] = world.parties as [Party]
  const stop = new AbortController()
  let waits = (): void => {}
  const isWaiting = new Promise<void>((resolve) => {
    waits = resolve
  })
  const log = new Proxy(world.log, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (name !== 'standing') return typeof value === 'function' ? value.bind(target) : value
      // It answers only after the entries have failed with the end of everything.
      return async () => {
        waits()
        await new Promise((resolve) => stop.signal.addEventListener('abort', () => setTimeout(resolve, 20)))
        throw new Error('too late')
      }
    },
  })
  const live = new LiveConversation(alice.conversation, { log, clock: systemClock, random: systemRandom })
  const ran = live.run(stop.signal).catch((error: unknown) => error)
  await isWaiting
  stop.abort()
  expect(await ran).toMatchObject({ message: 'too late' })
})
