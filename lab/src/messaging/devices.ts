import { waitFor } from '@parley/cli/roles'
import { type Messenger, type Room, text } from '@parley/messaging'
import type { Clock } from '@parley/runtime'
import { toHex } from 'viem'
import type { Meeting } from './meeting.ts'
import { deliver } from './meeting.ts'
import type { Device, People } from './people.ts'
import { expectThat, refusalOf, type Steps } from './steps.ts'
import { type Onlookers, refusedBySequencer } from './strangers.ts'

interface DevicesDeps {
  readonly steps: Steps
  readonly people: People
  readonly onlookers: Onlookers
  readonly clock: Clock
}

/** Bob has a second device, which reads and writes what he does, and nothing any more once it was revoked. */
export async function goThroughDevices(deps: DevicesDeps, meeting: Meeting): Promise<void> {
  const { steps } = deps
  const { second, room } = await steps.take('Bob adds a second device by code', (signal) => add(deps, meeting, signal))
  await steps.take('the second device reads history and speaks', (signal) => speak(deps, meeting, second, room, signal))
  await steps.take('the second device is revoked, and reads and writes nothing', (signal) =>
    revoke(deps, meeting, second, room, signal),
  )
  await second.close()
}

async function add({ people }: DevicesDeps, { bob, lunch }: Meeting, signal: AbortSignal) {
  const second = await people.open('bob-second', { secret: bob.secret })
  await second.messenger.registerInstallation()
  const wrong = await refusalOf('another code', bob.messenger.confirmInstallation({ code: '0000 0000 0000' }))
  await bob.messenger.confirmInstallation({ code: second.messenger.code })
  const request = await second.heard.first('request', signal, ({ kind }) => kind === 'device')
  await request.accept()
  const { conversation } = await second.heard.first('joined', signal)
  expectThat(toHex(conversation.id) === toHex(lunch.id), 'the second device is in the conversation')
  return {
    evidence: { installation: toHex(second.messenger.installation), digits: 12, otherCode: wrong.code },
    value: { second, room: conversation },
  }
}

async function speak(
  { clock }: DevicesDeps,
  { alice, bob, atBob }: Meeting,
  second: Device,
  room: Room,
  signal: AbortSignal,
) {
  const wait = { clock, everyMs: 200, withinMs: 600_000 }
  const messages = await waitFor('the history', () => historyWith(second.messenger, room, 'Great!'), wait, signal)
  const { position } = await bob.heard.text('Great!', signal)
  await bob.messenger.markRead({ conversation: atBob, position })
  const readThere = async () => (await second.messenger.readPosition({ conversation: room })) === position || undefined
  const readPosition = await waitFor('what was read on the first device', readThere, wait, signal)
  const ms = await deliver(room, alice, 'From my other device.', signal)
  return { evidence: { messagesOfHistory: messages, readPosition, msToAlice: ms }, value: undefined }
}

async function historyWith(messenger: Messenger, conversation: Room, said: string): Promise<number | undefined> {
  const messages = await messenger.history({ conversation })
  const isThere = messages.some(({ plaintext }) => new TextDecoder().decode(plaintext).includes(said))
  return isThere ? messages.length : undefined
}

async function revoke(
  { onlookers, clock }: DevicesDeps,
  { alice, bob, lunch, atBob }: Meeting,
  second: Device,
  room: Room,
  signal: AbortSignal,
) {
  const { key, slot } = room.shared
  const { installation } = second.messenger
  await bob.messenger.revokeInstallations({ installations: [installation] })
  const wait = { clock, everyMs: 200, withinMs: 600_000 }
  const isOut = () => (!lunch.hasDevice(installation) && !atBob.hasDevice(installation) && atBob.isMember) || undefined
  await waitFor('a group without the device', isOut, wait, signal)
  await deliver(lunch, bob, 'Who is there?', signal)
  await deliver(atBob, alice, 'Only me.', signal)
  const refused = await waitFor(
    'the device to be shut out',
    () =>
      room.send(text('Me, too.')).then(
        () => undefined,
        (error: { fault?: { code?: string } }) => error.fault?.code,
      ),
    wait,
    signal,
  )
  expectThat(refused === 'NOT_A_MEMBER', 'the device’s own messenger says that it is no member')
  const bySequencer = await refusedBySequencer(onlookers, room, slot, key)
  const readSince = second.heard.countOf(['Who is there?', 'Only me.'])
  expectThat(readSince === 0, 'the device read nothing of what was said since')
  return { evidence: { refused, bySequencer, readSince }, value: undefined }
}
