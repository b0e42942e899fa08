import { toHex } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { calmDown } from '../simulation/due.ts'
import { answerFalsely, keepInfo } from '../simulation/liar.ts'
import { type Party, World } from '../simulation/world.ts'

type Four = [Party, Party, Party, Party]

/** Bob lost its state and has alice's GroupInfo: its commit waits to be posted. */
async function bobComesBack(bob: Party, alice: Party): Promise<void> {
  await bob.catchUp()
  await bob.abandon('lost its state')
  await bob.conversation.askToJoin()
  await bob.post()
  await alice.catchUp()
  await alice.answer(bob.slot)
  await alice.post()
  await bob.catchUp()
  expect(bob.state.commits).toHaveLength(1)
}

/** Dave commits, and carol alone cannot have the content. @returns its position. */
async function splitByDave(world: World, others = world.parties.slice(0, 2)): Promise<bigint> {
  const [, , carol, dave] = world.parties as Four
  await dave.conversation.commit([], [])
  carol.view.never.add(toHex(dave.state.commits[0]?.digest as Uint8Array))
  await dave.post()
  for (const party of [...others, carol, dave]) await party.catchUp()
  return carol.gaps[0] as bigint
}

/** It was let into no group that it had to give up again. */
function expectNoDoubt({ events }: Party): void {
  expect(
    events.flatMap((event) => (event.type === 'outside' && event.why.startsWith('others are') ? [event.why] : [])),
  ).toEqual([])
}

async function expectTogether(world: World): Promise<void> {
  await calmDown(world)
  expect(world.honest.flatMap(({ name, isMember }) => (isMember ? [] : [name]))).toEqual([])
  expect(world.authenticators.size).toBe(1)
}

test('snapshot › skip between a GroupInfo and its commit: nobody joins the group that it made void', async () => {
  const world = await World.of(['alice', 'bob', 'carol', 'dave'])
  const [alice, bob] = world.parties as Four
  const split = await splitByDave(world)
  await bobComesBack(bob, alice)
  await alice.conversation.skip(split, 1)
  await alice.post()
  await bob.post()
  await expectTogether(world)
})

test('snapshot › skip between a commit and its Welcome: nobody joins what followed from a void one', async () => {
  const world = await World.of(['alice', 'bob', 'carol', 'dave'])
  const [alice, bob, carol] = world.parties as Four
  await world.setRole(alice, carol.slot, 2)
  const erin = await world.addSlot(alice, 'erin')
  await world.settle()
  for (const party of [alice, bob, carol]) await party.conversation.introduce(erin.slot, erin.installation.identity)
  const split = await splitByDave(world)
  await alice.conversation.commit([await erin.conversation.packageForJoining()], [])
  await alice.post()
  await alice.catchUp()
  await carol.conversation.skip(split, 1)
  await carol.post()
  await alice.post()
  await expectTogether(world)
})

test('snapshot › own commit given up: others may have taken it, so an older GroupInfo is of no use', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as Four
  const said = BigInt(world.length)
  await alice.say('skipped')
  await world.settle()
  await bobComesBack(bob, alice)
  await alice.conversation.skip(said, 1)
  await alice.post()
  await carol.catchUp()
  await carol.answer(bob.slot)
  await bob.post()
  await carol.post()
  await expectTogether(world)
  expectNoDoubt(bob)
})

test('snapshot › GroupInfo from before the keys were given up: what came since is not known, so it is of no use', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as Four
  await bobComesBack(bob, alice)
  await carol.catchUp()
  await carol.answer(bob.slot)
  await bob.post()
  await bob.catchUp()
  await bob.abandon('lost its state again')
  await bob.conversation.askToJoin()
  await carol.post()
  await expectTogether(world)
  expectNoDoubt(bob)
})

test('snapshot › what was said with keys that were given up is said again, once', async () => {
  const world = await World.of(['alice', 'bob'])
  const [alice, bob] = world.parties as Four
  await bob.conversation.say(new TextEncoder().encode('still here'))
  await bob.abandon('lost its state')
  const former = alice.conversation.leaves.filter(({ claim }) => claim.slot === bob.slot)
  await alice.conversation.commit([await bob.conversation.packageForJoining()], former)
  await alice.post()
  await alice.catchUp()
  await alice.post()
  await bob.catchUp()
  expect(bob.isMember).toBe(true)
  await expectTogether(world)
  expect([alice.heard, bob.heard]).toEqual([['still here'], ['still here']])
})

test('lineage › a skip is no more: who went on by it gives up its keys', async () => {
  const world = await World.of(['alice', 'bob', 'carol', 'dave'])
  const [alice, bob, carol] = world.parties as Four
  await bob.conversation.commit([], [])
  const split = await splitByDave(world, [alice])
  await bob.post()
  await carol.catchUp()
  expect(carol.epoch).toBe(1n)
  const from = carol.state.record.cursor
  await alice.conversation.skip(split, 1)
  await alice.post()
  await carol.catchUp()
  expect(carol.epoch).toBe(2n)
  await carol.conversation.take({ kind: 'void', from, reason: 'replaced' }, new AbortController().signal)
  expect(carol.isMember).toBe(false)
})

/** Dave keeps a GroupInfo, the group goes on, and bob, who lost its state, is let into the old one by dave. */
async function strand(): Promise<World> {
  const world = await World.of(['alice', 'bob', 'carol', 'dave'])
  const [alice, bob, , dave] = world.parties as Four
  dave.isLiar = true
  await dave.catchUp()
  const old = (await keepInfo(world, dave)) as Uint8Array
  await alice.conversation.commit([], [])
  await world.settle()
  await dave.catchUp()
  await bob.abandon('lost its state')
  await bob.conversation.askToJoin()
  await bob.post()
  await dave.catchUp()
  await answerFalsely(world, dave, old, bob)
  // Others answer, too late: bob is on its way. For them that is the end of it.
  for (const other of world.parties.filter((each) => each !== bob && each !== dave)) {
    await other.catchUp()
    await other.answer(bob.slot)
    await other.post()
  }
  await bob.catchUp()
  await bob.post()
  await bob.catchUp()
  expect(bob.isMember).toBe(true)
  return world
}

test('stranded › an old GroupInfo with a recent place: members answer whom it let in, and it comes back', async () => {
  const world = await strand()
  const [alice, bob] = world.parties as Four
  await bob.say('to nobody')
  await expectTogether(world)
  expect(bob.authenticator).toBe(alice.authenticator)
  expect(alice.heard).toEqual(['to nobody'])
  expect(bob.heard).toEqual(['to nobody'])
})

test('stranded › two whom it cannot read: a device gives up the group that it was let into', async () => {
  const world = await strand()
  const [alice, bob, carol] = world.parties as Four
  for (const party of [alice, carol]) {
    await party.catchUp()
    await party.say(`here is ${party.name}`)
  }
  await bob.catchUp()
  expect(bob.isMember).toBe(false)
  await expectTogether(world)
})
