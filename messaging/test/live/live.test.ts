import { millis } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { type Clock, systemRandom } from '../../src/index.ts'
import { LiveConversation, text } from '../../src/live/live.ts'
import { type Party, World } from '../simulation/world.ts'

/** The machine's clock. */
const clock: Clock = {
  now: () => millis(BigInt(Date.now())),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, ms)
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    }),
}

const liveOf = (world: World, { conversation }: Party): LiveConversation =>
  new LiveConversation(conversation, { log: world.log, clock, random: systemRandom })

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
