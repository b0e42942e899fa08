import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { signMessage } from '@parley/client'
import { type Messenger, type Room, reply, text } from '@parley/messaging'
import { memberKey } from '@parley/protocol'
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
}, 120_000)
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
  }, 110_000)

  test('strangers › Charlie hears nothing and the sequencer refuses it', async () => {
    const { shard, index: conversation } = lunch.place
    const key = memberKey(new Uint8Array(randomBytes(32)))
    const { members } = (await rollup.client.conversation(shard, conversation)) ?? { members: [] }
    const nonce = members[1]?.nonce ?? 0n
    const draft = { shard, conversation, conversationId: lunch.id, member: 1, nonce, content: new Uint8Array(32) }
    const [receipt] = await rollup.client.submitMessages([signMessage(rollup.config.chainId, draft, key)])
    expect(receipt).toMatchObject({ accepted: false, refusal: 'SIGNATURE_INVALID' })
    expect(charlie.conversations).toEqual([])
    expect(heard('charlie').events).toEqual([])
  })

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
  }, 60_000)

  test('attachment › a file of 1 MiB arrives as it was', async () => {
    const bytes = new Uint8Array(randomBytes(1_048_576))
    await lunch.sendAttachment({ bytes, name: 'menu.pdf', mime: 'application/pdf' })
    const isFile = ({ content }: { content: { type: string } }): boolean => content.type === 'attachment/1'
    const { content } = await heard('bob').first('message', isFile)
    if (content.type !== 'attachment/1') throw new TypeError('it is no attachment')
    expect(content).toMatchObject({ name: 'menu.pdf', mime: 'application/pdf', size: bytes.length })
    expect(Buffer.compare(await atBob.fetchAttachment(content), bytes)).toBe(0)
  }, 60_000)

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
  }, 110_000)

  test('devices › a second one is let in by its code, reads and speaks, and reads and writes nothing once it was revoked', async () => {
    const second = await people.open(1)
    const atSecond = new Heard(second, stop.signal)
    await second.registerInstallation()
    await expect(bob.confirmInstallation({ code: '0000 0000 0000' })).rejects.toMatchObject({
      fault: { code: 'DEVICE_UNKNOWN' },
    })
    await bob.confirmInstallation({ code: second.code })
    await (await atSecond.first('request', ({ kind }) => kind === 'device')).accept()
    const { conversation } = await atSecond.first('joined')
    expect(conversation.id).toEqual(lunch.id)
    await eventually('history', async () => {
      const said = await second.history({ conversation })
      return said.some(({ plaintext }) => new TextDecoder().decode(plaintext).includes('Great!')) || undefined
    })
    await eventually('what was read on the first device', async () => {
      const [first, other] = await Promise.all([
        bob.readPosition({ conversation: atBob }),
        second.readPosition({ conversation }),
      ])
      return (first !== undefined && first === other) || undefined
    })
    await conversation.send(text('from my other device'))
    expect((await heard('alice').text('from my other device')).sender).toMatchObject({
      identity: bob.identity,
      installation: second.installation,
      verified: true,
    })
    await bob.revokeInstallations({ installations: [second.installation] })
    await eventually('a group without the device', async () => {
      const isOut = !lunch.hasDevice(second.installation) && !atBob.hasDevice(second.installation)
      return (isOut && atBob.isMember) || undefined
    })
    await lunch.send(text('who is there?'))
    await heard('bob').text('who is there?')
    await atBob.send(text('me'))
    await heard('alice').text('me')
    await eventually('being shut out', () =>
      conversation.send(text('me, too')).then(
        () => undefined,
        (error: { fault?: { code?: unknown } }) => (error.fault?.code === 'NOT_A_MEMBER' ? true : undefined),
      ),
    )
    const isLate = ({ type }: { type: string }): boolean => type === 'message'
    expect(atSecond.events.filter(isLate).map((event) => ('fallback' in event ? event.fallback : ''))).toEqual([
      'from my other device',
    ])
  }, 110_000)

  test('verify › the record is complete under a root that the L2 has, and is what the members have', async () => {
    const found = await rollupVerifies(alice, lunch)
    expect(found.record.length).toBe(Number(found.conversation.messageCount + found.conversation.epoch))
    expect(found.grade).not.toBe('node')
  }, 110_000)
})

const example = fileURLToPath(new URL('../../examples/lunch-main.ts', import.meta.url))

test('examples › lunch invites, consents and talks', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [example, ...people.exampleArguments(3, 4)])
  expect(JSON.parse(stdout)).toEqual({
    host: [expect.stringMatching(/^0x[0-9a-f]{40}: See you there\.$/)],
    guest: [expect.stringMatching(/^0x[0-9a-f]{40}: Great!$/)],
  })
}, 110_000)

/** Asks until the node has all that was said. */
async function rollupVerifies(messenger: Messenger, conversation: Room) {
  const { shard, index } = conversation.place
  const standing = await rollup.client.conversation(shard, index)
  return eventually('the whole record under a claim', async () => {
    const found = await messenger.verify({ conversation })
    return found.conversation.messageCount === standing?.messageCount && found.grade !== 'node' ? found : undefined
  })
}
