import { toHex } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { type Party, World } from '../simulation/world.ts'
import { rewound } from '../support/rewound.ts'

/** Says something that is not posted at once; gives the digest of its content. */
async function said({ conversation, name }: Party, text: string): Promise<string> {
  await conversation.say(new TextEncoder().encode(text))
  const digest = conversation.state.messages.at(-1)?.digest
  if (digest === undefined) throw new Error(`${name} said nothing`)
  return toHex(digest)
}

test('ack › a content stays until the last reader has processed it, and is gone then', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as [Party, Party, Party]
  const digest = await said(alice, 'hello')
  await alice.post()
  carol.view.hidden.add(digest)
  for (const party of [alice, bob, carol]) {
    await party.catchUp()
    await party.acknowledge()
  }
  expect(carol.gaps).toHaveLength(1)
  expect(world.contents.gone.has(digest)).toBe(false)
  carol.view.hidden.clear()
  await carol.fetch()
  await carol.acknowledge()
  expect([bob.heard, carol.heard]).toEqual([['hello'], ['hello']])
  expect(world.contents.gone.has(digest)).toBe(true)
})

test('ack › a device that crashes before it says that it has read says so afterwards', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const digest = await said(alice, 'hello')
  await alice.post()
  await bob.catchUp()
  await bob.restart()
  expect(world.contents.gone.has(digest)).toBe(false)
  await bob.acknowledge()
  expect(world.contents.gone.has(digest)).toBe(true)
})

test('ack › a record that is read anew has no gap where stores have let go of what was read', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  const digest = await said(alice, 'hello')
  const before = bob.state.record.cursor
  await world.settle()
  expect(world.contents.gone.has(digest)).toBe(true)
  await rewound(bob, before)
  await bob.catchUp()
  expect(bob.gaps).toEqual([])
  expect(bob.events.at(-1)).toMatchObject({ type: 'repeated' })
  await alice.say('still here')
  await world.settle()
  expect(bob.heard).toEqual(['hello', 'still here'])
})

test('ack › a reader whom stores do not know is asked nothing more after some tries', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  await alice.say('hello')
  await bob.catchUp()
  let asked = 0
  bob.view.ack = async () => {
    asked += 1
    throw new Error('no store takes it')
  }
  await bob.acknowledge()
  expect(asked).toBe(8)
  expect(bob.conversation.mustAck).toBe(false)
})
