import { type Messenger, type Room, reply, text } from '@parley/messaging'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Heard, Messengers } from './support/messengers.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'

let rollup: Rollup
let node: RunningNode
let people: Messengers
let alice: Messenger
let bob: Messenger
let charlie: Messenger
const stop = new AbortController()
const heardBy: Record<string, Heard> = {}
beforeAll(async () => {
  rollup = await Rollup.start()
  node = await rollup.startNode()
  await rollup.startBatcher()
  people = await Messengers.deploy(rollup, node)
  ;[alice, bob, charlie] = await Promise.all([people.open(0), people.open(1), people.open(2)])
  for (const [name, messenger] of Object.entries({ alice, bob, charlie })) {
    await messenger.registerInstallation()
    heardBy[name] = new Heard(messenger, stop.signal)
  }
}, 600_000)
afterAll(async () => {
  stop.abort()
  await people?.stop()
  await rollup?.stop()
})

const heard = (name: string): Heard => heardBy[name] as Heard

describe('messaging on a real stack', () => {
  let lunch: Room
  let atBob: Room

  test('invite › Alice invites, Bob consents, both talk', async () => {
    lunch = await alice.invite({ to: bob.identity, title: 'Lunch', text: 'Noon at Luigi’s?' })
    expect(lunch.state).toBe('invited')
    const request = await heard('bob').first('request')
    expect(request).toMatchObject({ title: 'Lunch', text: 'Noon at Luigi’s?', verified: true, muted: false })
    expect(request.sender).toEqual(alice.identity)
    atBob = await request.accept()
    await heard('alice').first('membership')
    expect(lunch.state).toBe('open')
    await lunch.send(text('Great!'))
    expect((await heard('bob').text('Great!')).sender).toMatchObject({ identity: alice.identity, verified: true })
    await atBob.send(text('See you'))
    expect((await heard('alice').text('See you')).sender).toMatchObject({ identity: bob.identity, verified: true })
  }, 600_000)

  test('types › answers, reactions, settings and receipts say what they mean, and what a device does not know shows its fallback', async () => {
    const great = await heard('bob').text('Great!')
    await atBob.send(reply(great, text('So it is')))
    await atBob.react(great, '👍')
    const answer = await heard('alice').first('message', ({ content }) => content.type === 'reply/1')
    expect(answer.content).toEqual({ type: 'reply/1', to: great.id, content: { type: 'text/1', text: 'So it is' } })
    const sign = await heard('alice').first('message', ({ content }) => content.type === 'reaction/1')
    expect(sign.content).toEqual({ type: 'reaction/1', to: great.id, reaction: '👍', act: 'added' })
    await expect(atBob.setSettings({ title: 'Mine' })).rejects.toMatchObject({
      fault: { code: 'NOT_AN_ADMIN', slot: 1 },
    })
    await lunch.setSettings({ title: 'Lunch on Friday' })
    await heard('bob').first('message', ({ content }) => content.type === 'settings/1' && content.counts)
    expect([lunch.title, atBob.title]).toEqual(['Lunch on Friday', 'Lunch on Friday'])
    await bob.markRead({ conversation: atBob, position: great.position, receipt: true })
    expect(await bob.readPosition({ conversation: atBob })).toBe(great.position)
    const seen = await heard('alice').first('message', ({ content }) => content.type === 'receipt/1')
    expect(seen.content).toEqual({ type: 'receipt/1', position: great.position })
    await lunch.send({ type: 'app.example/poll/1', body: Uint8Array.of(1), fallback: 'A poll' })
    const poll = await heard('bob').first('message', ({ content }) => content.type === 'other')
    expect(poll).toMatchObject({ fallback: 'A poll', content: { name: 'app.example/poll/1' } })
    await atBob.resend(great.position)
    const again = await heard('alice').first('message', ({ content }) => content.type === 'resend/1')
    expect(again.content).toMatchObject({ identity: alice.identity, id: great.id, content: { text: 'Great!' } })
  }, 600_000)

  test('group › a third is added, hears what is said from then on, and nothing once it was removed', async () => {
    const result = await alice.addMembers(lunch, { to: [charlie.identity] })
    expect(result).toEqual({ invited: [charlie.identity], failed: [] })
    const atCharlie = await (await heard('charlie').first('request')).accept()
    await heard('charlie').first('joined')
    await atBob.send(text('hello, Charlie'))
    await heard('charlie').text('hello, Charlie')
    await alice.removeMembers(lunch, { identities: [charlie.identity] })
    await heard('bob').first('membership', ({ removed }) => removed.length > 0)
    await atBob.send(text('just us'))
    await heard('alice').text('just us')
    await heard('charlie').first('outside', ({ reason }) => reason === 'removed')
    expect(atCharlie.state).toBe('left')
    const file = { bytes: new Uint8Array(1), name: 'a', mime: 'text/plain' }
    const [heardHim] = heard('charlie').events.filter((event) => event.type === 'message')
    const tries = [
      atCharlie.send(text('Let me in')),
      atCharlie.sendAttachment(file),
      atCharlie.react(heardHim!, '👍'),
      atCharlie.resend(heardHim!.position),
      atCharlie.setSettings({ title: 'Mine' }),
      atCharlie.setRole(0, 1),
      atCharlie.deliverInvites(),
      charlie.addMembers(atCharlie, { to: [alice.identity] }),
      charlie.removeMembers(atCharlie, { identities: [bob.identity] }),
      charlie.markRead({ conversation: atCharlie, position: 0n, receipt: true }),
    ]
    const refusals = (await Promise.allSettled(tries)).map((each) => 'reason' in each && each.reason.fault)
    expect(refusals).toEqual(tries.map(() => ({ code: 'NOT_A_MEMBER', slot: 2, reason: 'removed' })))
    await atCharlie.leave()
    expect(heard('charlie').events.filter(({ type }) => type === 'message')).toHaveLength(1)
  }, 600_000)

  test('invites › two who invite each other at once come to one conversation, and the other one is used for the next invite', async () => {
    const dave = await people.open(5)
    await dave.registerInstallation()
    const atDave = new Heard(dave, stop.signal)
    const rooms = await Promise.all([
      alice.invite({ to: dave.identity, title: 'From Alice' }),
      dave.invite({ to: alice.identity, title: 'From Dave' }),
    ])
    const isFirst = rooms[0].place.index < rooms[1].place.index
    const [kept, spare] = isFirst ? rooms : [rooms[1], rooms[0]]
    const loser = isFirst ? dave : alice
    const openWith = (one: Messenger, other: Messenger): readonly Room[] =>
      one.conversations.filter(({ members }) => members.some(({ slot }) => slot !== 0) && isWith(members, other))
    await eventually('one conversation', async () => {
      const both = [openWith(alice, dave), openWith(dave, alice)]
      return both.every(([only, ...more]) => only?.state === 'open' && more.length === 0) || undefined
    })
    expect([openWith(alice, dave)[0]?.id, openWith(dave, alice)[0]?.id]).toEqual([kept.id, kept.id])
    expect(loser.conversations.map(({ id }) => id)).not.toContainEqual(spare.id)
    const [atAlice] = openWith(alice, dave) as [Room]
    await atAlice.send(text('One is enough'))
    await atDave.text('One is enough')
    // Whoever was told of the other's before its own stood has nothing left to decide.
    const told = [...requestsFrom(heard('alice'), dave), ...requestsFrom(atDave, alice)]
    for (const decided of await Promise.allSettled(told.map((request) => request.accept())))
      if (decided.status === 'fulfilled') expect(decided.value.id).toEqual(kept.id)
      else expect(decided.reason).toMatchObject({ fault: { code: 'INVITE_UNUSABLE' } })
    const next = await loser.invite({ to: charlie.identity, title: 'Again' })
    expect([next.place, next.title]).toEqual([spare.place, 'Again'])
    const request = await heard('charlie').first('request', ({ title }) => title === 'Again')
    const atCharlie = await request.accept()
    await heard('charlie').first('joined', ({ conversation }) => conversation === atCharlie)
    await dave.close()
  }, 600_000)

  test('invites › one that no store took is delivered by itself', async () => {
    const { contents } = people
    const put = contents.put.bind(contents)
    let refused = 0
    contents.put = async (frame, options, signal) => {
      if (options.class === 'invite' && refused === 0) {
        refused += 1
        throw new Error('no store is there')
      }
      return put(frame, options, signal)
    }
    await expect(bob.invite({ to: charlie.identity, title: 'Later' })).rejects.toThrow('no store is there')
    expect(await heard('charlie').first('request', ({ title }) => title === 'Later')).toMatchObject({ verified: true })
    expect(refused).toBe(1)
    contents.put = put
  }, 600_000)

  test('recovery › a new device takes the place of a lost one by 24 words, has the history and talks on', async () => {
    await expect(bob.makeRecovery({ passphrase: 'too short' })).rejects.toMatchObject({
      fault: { code: 'FRAME_INVALID', field: 'passphrase' },
    })
    const { recovery, words = '' } = await bob.makeRecovery()
    const archive: Uint8Array[] = []
    for await (const segment of bob.exportArchive()) archive.push(segment)
    const lost = bob.installation
    // It is lost: from here on it does nothing.
    await bob.close()
    await expect(charlie.recover({ recovery, words })).rejects.toMatchObject({
      fault: { code: 'RECOVERY_OF_ANOTHER', identity: bob.identity },
    })
    const found = await people.open(1)
    const atFound = new Heard(found, stop.signal)
    await expect(found.recover({ recovery, words })).rejects.toMatchObject({ fault: { code: 'INSTALLATION_REVOKED' } })
    await found.registerInstallation()
    await expect(found.importArchive(archive)).rejects.toMatchObject({ fault: { code: 'ARCHIVE_LOCKED' } })
    const { conversations, lost: gone } = await found.recover({ recovery, words })
    expect(gone).toEqual([])
    const conversation = conversations.find(({ id }) => Buffer.compare(id, lunch.id) === 0) as Room
    await atFound.first('joined', (event) => event.conversation === conversation)
    expect(await found.importArchive(archive)).toMatchObject({ unknown: 0 })
    const said = (await found.history({ conversation })).map(({ plaintext }) => new TextDecoder().decode(plaintext))
    expect(said.some((each) => each.includes('Great!'))).toBe(true)
    await conversation.send(text('I have a new phone'))
    expect((await heard('alice').text('I have a new phone')).sender).toMatchObject({
      identity: bob.identity,
      installation: found.installation,
    })
    await found.revokeInstallations({ installations: [lost] })
    await eventually('a group without the lost device', async () => !lunch.hasDevice(lost) || undefined)
  }, 600_000)

  test('verify › the record is complete under a root that the L2 has, and is what the members have', async () => {
    const found = await rollupVerifies(alice, lunch)
    expect(found.record.length).toBe(Number(found.conversation.messageCount + found.conversation.epoch))
    expect(found.grade).not.toBe('node')
  }, 600_000)
})

const isWith = (members: Room['members'], { identity }: Messenger): boolean =>
  members.some((each) => Buffer.compare(each.identity, identity) === 0)

const requestsFrom = ({ events }: Heard, { identity }: Messenger) =>
  events.filter((event) => event.type === 'request').filter(({ sender }) => Buffer.compare(sender, identity) === 0)

/** Asks until the node has all that was said. */
async function rollupVerifies(messenger: Messenger, conversation: Room) {
  const { shard, index } = conversation.place
  const standing = await rollup.client.conversation(shard, index)
  return eventually('the whole record under a claim', async () => {
    const found = await messenger.verify({ conversation })
    return found.conversation.messageCount === standing?.messageCount && found.grade !== 'node' ? found : undefined
  })
}
