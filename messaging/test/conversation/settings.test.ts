import { Role } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { encodePayload, systemRandom } from '../../src/index.ts'
import { entriesOf, type Settings, settings, settingsOf } from '../../src/payloads/settings.ts'
import { type Party, World } from '../simulation/world.ts'

/** Says settings as a device does, without posting them. */
async function set({ conversation, state }: Party, changes: Settings): Promise<void> {
  const { cursor, head } = state.record
  const named = { id: systemRandom(16), seen: { ...cursor, head }, sentAt: 0n }
  await conversation.say(encodePayload({ ...named, ...settings(entriesOf(changes)) }))
}

const settingsAt = ({ conversation }: Party): Settings => settingsOf(conversation.settings)

test('settings › an admin sets them for all, of each the last in the record counts, and a member sets none', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as [Party, Party, Party]
  await set(alice, { title: 'Lunch', description: 'Fridays' })
  await world.settle()
  await set(bob, { title: 'Dinner' })
  await world.settle()
  for (const party of [alice, bob, carol]) expect(settingsAt(party)).toEqual({ title: 'Lunch', description: 'Fridays' })
  await world.setRole(alice, bob.slot, Role.admin)
  await world.settle()
  await set(bob, { title: 'Dinner' })
  await world.settle()
  for (const party of [alice, bob, carol])
    expect(settingsAt(party)).toEqual({ title: 'Dinner', description: 'Fridays' })
})

test('settings › two admins at once come to what the record has last, and a role counts at its place', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  await world.setRole(alice, bob.slot, Role.admin)
  await world.settle()
  await set(alice, { title: 'A' })
  await set(bob, { title: 'B' })
  await bob.post()
  await alice.post()
  await world.settle()
  expect([settingsAt(alice), settingsAt(bob)]).toEqual([{ title: 'A' }, { title: 'A' }])
  await set(bob, { title: 'C' })
  await world.setRole(alice, bob.slot, Role.member)
  await world.settle()
  expect([settingsAt(alice), settingsAt(bob)]).toEqual([{ title: 'A' }, { title: 'A' }])
})

test('settings › one that is read late, for its content was missing, does not undo what came after it', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as [Party, Party]
  await set(alice, { title: 'first' })
  const digest = alice.state.messages.at(-1)?.digest as Uint8Array
  bob.view.hidden.add(`0x${Buffer.from(digest).toString('hex')}`)
  await world.settle()
  await set(alice, { title: 'second' })
  await world.settle()
  expect(bob.gaps).toHaveLength(1)
  expect(settingsAt(bob)).toEqual({ title: 'second' })
  bob.view.hidden.clear()
  await bob.fetch()
  expect(bob.gaps).toEqual([])
  expect(settingsAt(bob)).toEqual({ title: 'second' })
})
