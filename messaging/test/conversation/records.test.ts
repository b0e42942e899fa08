import { expect, test, vi } from 'vitest'
import { Conversation } from '../../src/conversation/conversation.ts'
import { decodeValue, encodeValue } from '../../src/conversation/stored-value.ts'
import type { Change } from '../../src/ports/store.ts'
import { type Party, World } from '../simulation/world.ts'

const { signal } = new AbortController()
const [alice, bob] = [0, 1]

/** A world of so many, and one of them. */
async function worldOf(parties: number, which: number): Promise<[World, Party]> {
  const world = await World.of(Array.from({ length: parties }, (_, i) => `party ${i}`))
  return [world, world.parties[which] as Party]
}

/** Values alone: what a state is configured with is made anew each time. */
const plain = (value: unknown): unknown => decodeValue(encodeValue(value))

function reopened(world: World, { installation, view, store }: Party): Promise<Conversation | undefined> {
  return Conversation.open(world.deps(installation, view, store), world.place)
}

/** What taking one message writes of the conversation itself, by key without its place. */
async function writtenBy(parties: number): Promise<Map<string, number>> {
  const [world, reader] = await worldOf(parties, bob)
  const author = world.parties[alice] as Party
  // The first message shows, in a group of two, that the one who let this device in told the truth.
  await author.say('first')
  await reader.catchUp()
  await author.say('hello')
  const write = vi.spyOn(reader.store, 'write')
  await reader.catchUp()
  const changes = write.mock.calls.flatMap(([each]) => [...(each as readonly Change[])])
  const own = changes.filter(({ key }) => key.startsWith('conversation/'))
  return new Map(own.map(({ key, value }) => [key.split('/').slice(3).join('/'), value?.length ?? 0]))
}

test('stored conversation › a message writes a few records, and no more in a larger group', async () => {
  const [two, four] = await Promise.all([writtenBy(2), writtenBy(4)])
  expect([...four.keys()].map((key) => key.split('/')[0])).toEqual([...two.keys()].map((key) => key.split('/')[0]))
  expect([...two.keys()]).not.toContain('group')
  expect([...four.keys()].filter((key) => key.startsWith('key/'))).toHaveLength(1)
})

test('stored conversation › is the same when it is opened again', async () => {
  const [world, reader] = await worldOf(3, bob)
  await (world.parties[alice] as Party).say('hello')
  await reader.conversation.say(new TextEncoder().encode('not sent yet'))
  await reader.conversation.packageForJoining()
  await reader.catchUp()
  const again = await reopened(world, reader)
  expect(plain(again?.state)).toEqual(plain(reader.state))
  expect(again?.own).toEqual(reader.conversation.own)
  expect(again?.isBusy).toBe(true)
  await again?.post(signal)
  await (world.parties[alice] as Party).catchUp()
  expect((world.parties[alice] as Party).heard).toEqual(['hello', 'not sent yet'])
})

test('stored conversation › a write that failed and was done all the same does not come back', async () => {
  const [world, party] = await worldOf(2, alice)
  const write = party.store.write.bind(party.store)
  vi.spyOn(party.store, 'write').mockImplementationOnce(async (changes) => {
    await write(changes)
    throw new Error('the disk is full')
  })
  await expect(party.conversation.sayLater(Uint8Array.of(1))).rejects.toThrow('full')
  await party.conversation.introduce(1, party.installation.identity)
  expect(party.conversation.isBusy).toBe(false)
  expect((await reopened(world, party))?.isBusy).toBe(false)
})

test('stored conversation › one that begins anew has nothing of the one before', async () => {
  const [world, party] = await worldOf(2, bob)
  expect(party.isMember).toBe(true)
  const deps = world.deps(party.installation, party.view, party.store)
  const begun = await Conversation.begin(deps, party.conversation.own, false, signal)
  expect((await reopened(world, party))?.state).toEqual(begun.state)
  expect(begun.state.membership).toMatchObject({ outside: 'new' })
})

test('stored conversation › one that lacks a record is refused', async () => {
  const [world, party] = await worldOf(2, alice)
  const { shard, index } = world.place
  await party.store.write([{ key: `conversation/${shard}/${index}/group`, value: undefined }])
  await expect(reopened(world, party)).rejects.toMatchObject({ fault: { code: 'FRAME_INVALID', field: 'group' } })
})
