import { expect, test } from 'vitest'
import { readStored } from '../../src/conversation/held.ts'
import { memberOf } from '../../src/engine/state.ts'
import { frameDigest } from '../../src/index.ts'
import { createInstallation, systemRandom } from '../../src/keys/installation.ts'
import { makeCommit } from '../../src/mls/group.ts'
import { makePackage } from '../../src/mls/leaf.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { calmDown } from '../simulation/due.ts'
import { poison } from '../simulation/liar.ts'
import { type Party, slotKeyOf, World } from '../simulation/world.ts'

const fourOf = async (): Promise<[World, Party, Party, Party, Party]> => {
  const world = await World.of(['alice', 'bob', 'carol', 'mallory'])
  const [alice, bob, carol, mallory] = world.parties as [Party, Party, Party, Party]
  mallory.isLiar = true
  return [world, alice, bob, carol, mallory]
}

test('copy › copy before original: a ciphertext under another slot counts for nothing, the original for itself', async () => {
  const [world, alice, bob, , mallory] = await fourOf()
  await bob.conversation.say(new TextEncoder().encode('mine'))
  const [intent] = (await readStored(bob.store, world.place))?.intents ?? []
  await world.contents.put(intent?.frame as Uint8Array)
  await world.post(mallory, intent?.content as Uint8Array)
  await alice.catchUp()
  expect(alice.heard).toEqual([])
  await bob.post()
  await world.settle()
  expect(alice.heard).toEqual(['mine'])
  expect(alice.events.find(({ type }) => type === 'message')).toMatchObject({ slot: bob.slot })
})

test('ghost › ghost by an admin: nobody takes a device in a slot whose key did not sign for it', async () => {
  const [world, alice, bob, carol] = await fourOf()
  const member = memberOf(alice.state)
  const suite = await loadSuite('x25519')
  const ghost = await makePackage(suite, {
    installation: createInstallation(bob.installation.identity, systemRandom),
    chainId: world.log.chainId,
    group: { conversation: alice.state.record.id, generation: 0 },
    slot: bob.slot,
    slotKey: { secret: slotKeyOf(alice.slot).secret, key: slotKeyOf(bob.slot).key },
    ackKey: systemRandom(32),
    lifetime: { notBefore: 0n, notAfter: 2n ** 62n },
  })
  await expect(alice.conversation.commit([ghost.keyPackage], [])).rejects.toMatchObject({
    fault: { code: 'KEY_PACKAGE_INVALID' },
  })
  const made = await makeCommit(member?.state as never, { add: [ghost.keyPackage], remove: [] }, suite)
  await world.contents.put(made.frame)
  await world.post(alice, frameDigest(made.frame))
  await bob.catchUp()
  await carol.catchUp()
  expect(bob.conversation.leaves.filter(({ claim }) => claim.slot === bob.slot)).toHaveLength(1)
  expect(carol.events.at(-1)).toMatchObject({ type: 'refused', reason: expect.stringContaining('slot’s key') })
  expect(carol.gaps).toEqual([])
})

test('insider › poisoned path secret: its victim sees a gap, comes back by itself, and nobody forks', async () => {
  const [world, alice, bob, carol, mallory] = await fourOf()
  await poison(world, mallory, () => 1)
  await world.settle()
  const honest = [alice, bob, carol]
  const victims = honest.filter(({ gaps }) => gaps.length > 0)
  expect(victims).toHaveLength(1)
  expect(victims[0]?.events.at(-1)).toMatchObject({ type: 'gap', reason: 'private', slot: mallory.slot })
  const speaker = honest.find((party) => !victims.includes(party)) as Party
  await speaker.say('we went on')
  await calmDown(world)
  expect(world.authenticators.size).toBe(1)
  await victims[0]?.say('back')
  await world.settle()
  expect(speaker.heard).toEqual(['we went on', 'back'])
})
