import type { L2Client } from '@parley/client'
import { getBundle, getInbox } from '@parley/client'
import { type Room, text } from '@parley/messaging'
import { getBalance, getTransactionCount } from 'viem/actions'
import type { MessagingConfiguration } from '../stack/messaging-file.ts'
import type { Device, DeviceOptions, People } from './people.ts'
import { expectThat, type Steps } from './steps.ts'

export interface MeetingDeps {
  readonly steps: Steps
  readonly people: People
  readonly client: L2Client
  readonly configuration: MessagingConfiguration
}

/** Two who talk. */
export interface Meeting {
  readonly alice: Device
  readonly bob: Device
  readonly lunch: Room
  readonly atBob: Room
}

/** Somebody without money is in the directory. */
export async function register(
  { steps, people, client, configuration }: MeetingDeps,
  name: string,
  options: DeviceOptions = {},
): Promise<Device> {
  return steps.take(`${name} registers, and a gateway pays`, async () => {
    const device = await people.open(name, options)
    await device.messenger.registerInstallation()
    const { address } = device
    const { registeredAt, entries } = await getBundle(client, {
      directory: configuration.contracts.directory,
      identity: address,
    })
    const balance = await getBalance(client, { address })
    const sent = await getTransactionCount(client, { address })
    expectThat(registeredAt !== undefined && entries.length > 0, 'the directory has the device')
    expectThat(balance === 0n && sent === 0, 'the wallet paid and sent nothing')
    return {
      evidence: { identity: address, keys: entries.length, balanceWei: `${balance}`, transactions: sent },
      value: device,
    }
  })
}

/** Alice finds Bob, invites him, he consents, and both talk. */
export async function meet(deps: MeetingDeps, alice: Device, bob: Device): Promise<Meeting> {
  const { steps, client, configuration } = deps
  const { directory, inbox } = configuration.contracts
  await steps.take('Alice finds Bob', async () => {
    const { entries, registeredAt } = await getBundle(client, { directory, identity: bob.address })
    const keys = entries.filter(({ kind }) => kind === 'installationKey' || kind === 'fallbackKey')
    expectThat(keys.length === 2, 'Bob’s device has its two keys in the directory')
    return { evidence: { identity: bob.address, keys: keys.length, registeredAt: `${registeredAt}` }, value: undefined }
  })
  const lunch = await steps.take('Alice invites Bob', async () => {
    const room = await alice.messenger.invite({ to: bob.address, title: 'Lunch', text: 'Noon at Luigi’s?' })
    const { count } = await getInbox(client, { inbox, recipient: bob.address })
    expectThat(count === 1n, 'Bob’s inbox has one invite')
    expectThat(room.state === 'invited', 'the conversation waits for Bob')
    return { evidence: { conversation: placeOf(room), invites: Number(count) }, value: room }
  })
  const atBob = await steps.take('Bob consents', async (signal) => {
    const request = await bob.heard.first('request', signal)
    expectThat(
      request.verified && request.title === 'Lunch',
      'the invite is by a device that the directory has for Alice',
    )
    const room = await request.accept()
    await alice.heard.first('membership', signal)
    expectThat(lunch.state === 'open', 'the conversation is open')
    return {
      evidence: { title: request.title, text: request.text, verified: request.verified, members: lunch.members.length },
      value: room,
    }
  })
  await steps.take('both talk', async (signal) => {
    const there = await deliver(lunch, bob, 'Great!', signal)
    const back = await deliver(atBob, alice, 'See you there.', signal)
    return { evidence: { msToBob: there, msToAlice: back }, value: undefined }
  })
  return { alice, bob, lunch, atBob }
}

/** Says something, and waits until somebody else heard it. @returns milliseconds. */
export async function deliver(room: Room, to: Device, said: string, signal: AbortSignal): Promise<number> {
  const began = performance.now()
  await room.send(text(said))
  const { sender } = await to.heard.text(said, signal)
  expectThat(sender.verified === true, 'the directory has the sender’s device')
  return Math.round(performance.now() - began)
}

export const placeOf = ({ place }: Room): string => `${place.shard}/${place.index}`
