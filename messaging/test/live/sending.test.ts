import { expect, test, vi } from 'vitest'
import { messagingLimits, systemClock, systemRandom, text } from '../../src/index.ts'
import { LiveConversation } from '../../src/live/live.ts'
import { type Party, World } from '../simulation/world.ts'

const { signal } = new AbortController()

const couple = async (): Promise<[World, Party, Party]> => {
  const world = await World.of(['alice', 'bob'])
  return [world, ...(world.parties as [Party, Party])]
}

/** What a log is asked, counted from here on. */
function counted(world: World): { standing: number; sent: number } {
  const counts = { standing: 0, sent: 0 }
  const { log } = world
  const [standing, send] = [log.standing.bind(log), log.send.bind(log)]
  log.standing = (place) => {
    counts.standing += 1
    return standing(place)
  }
  log.send = (place, message) => {
    counts.sent += 1
    return send(place, message)
  }
  return counts
}

test('send › a message is one write before it leaves, and the log is asked nothing', async () => {
  const [world, , bob] = await couple()
  const stop = new AbortController()
  const live = new LiveConversation(bob.conversation, { log: world.log, clock: systemClock, random: systemRandom })
  const ended = Promise.allSettled([live.run(stop.signal)])
  await live.send(text('first'), stop.signal)
  await vi.waitFor(() => expect(bob.conversation.isBusy).toBe(false))
  const write = bob.store.write.bind(bob.store)
  let writes = 0
  bob.store.write = (changes) => {
    writes += 1
    return write(changes)
  }
  const counts = counted(world)
  const { send } = world.log
  const writesBefore: number[] = []
  world.log.send = (place, message) => {
    writesBefore.push(writes)
    return send(place, message)
  }
  await live.send(text('second'), stop.signal)
  expect([writesBefore, counts]).toEqual([[1], { standing: 0, sent: 1 }])
  // Several at once are known by their nonces before any of them is in the record.
  await Promise.all(['third', 'fourth', 'fifth'].map((words) => live.send(text(words), stop.signal)))
  expect(counts).toEqual({ standing: 0, sent: 4 })
  stop.abort()
  await ended
})

test('send › what was taken without an answer is not sent again by who crashed', async () => {
  const [world, alice, bob] = await couple()
  const counts = counted(world)
  const { send } = world.log
  world.log.send = async (place, message) => {
    await send(place, message)
    throw new Error('cut')
  }
  await expect(bob.say('once')).rejects.toThrow('cut')
  world.log.send = send
  await bob.restart()
  await bob.post()
  expect(counts).toEqual({ standing: 1, sent: 1 })
  await world.settle()
  expect([alice.heard, bob.heard, bob.conversation.isBusy]).toEqual([['once'], ['once'], false])
})

test('send › what was stored and not sent is sent by who crashed, whatever it has not read', async () => {
  const [world, alice, bob] = await couple()
  await bob.conversation.say(new TextEncoder().encode('late'))
  await alice.say('before it')
  await bob.restart()
  await bob.post()
  expect(world.length).toBe(Number(bob.state.record.cursor.messages + bob.state.record.cursor.changes) + 2)
  await world.settle()
  expect([alice.heard, bob.heard]).toEqual([
    ['before it', 'late'],
    ['before it', 'late'],
  ])
})

test('send › another device of the slot was faster: the same is sent with the next nonce', async () => {
  const [world, alice, bob] = await couple()
  await world.post(bob, new Uint8Array(32).fill(9))
  const counts = counted(world)
  await bob.say('after it')
  expect(counts).toEqual({ standing: 1, sent: 2 })
  await world.settle()
  expect([alice.heard, bob.conversation.isBusy]).toEqual([['after it'], false])
})

test('send › what was accepted is asked about once it should long be in the record, and not before', async () => {
  const [world, , bob] = await couple()
  await bob.say('accepted')
  const counts = counted(world)
  await bob.post()
  world.clock.pass(messagingLimits.acceptedMs - 1)
  await bob.post()
  expect(counts).toEqual({ standing: 0, sent: 0 })
  world.clock.pass(1)
  await bob.post()
  expect(counts).toEqual({ standing: 1, sent: 0 })
})

test('send › what the L3 accepted and lost is sent again', async () => {
  const [world, alice, bob] = await couple()
  const { send } = world.log
  world.log.send = async () => undefined
  await bob.say('lost')
  world.log.send = send
  world.clock.pass(messagingLimits.acceptedMs)
  await bob.conversation.post(signal)
  await world.settle()
  expect(alice.heard).toEqual(['lost'])
})
