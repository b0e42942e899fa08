import { Conversation, createInstallation, type OwnSlot, systemClock, systemRandom } from '@parley/messaging'
import { MemoryContents, MemoryDirectory, MemoryLog, MemoryStore } from '@parley/messaging/testing'
import { type MemberKey, memberKey } from '@parley/protocol'

/** What a group of so many devices costs one of them. Milliseconds of this thread, bytes of frames as they are stored. */
export interface GroupCosts {
  readonly leaves: number
  /** Devices that the last commit of adding added, the commit and the Welcome. */
  readonly added: number
  readonly commitBytes: number
  readonly welcomeBytes: number
  readonly joinMs: number
  /** A commit without proposals: the first of this group, and the next of the same device. */
  readonly firstUpdate: Update
  readonly nextUpdate: Update
  readonly message: Update
  /** What one device stores of the conversation. */
  readonly stateBytes: number
}

/** Made by one device, processed by another. */
export interface Update {
  readonly makeMs: number
  readonly processMs: number
  readonly bytes: number
}

/** Slots that a conversation has here; further leaves are further devices of these. */
const maxSlots = 16
/** Devices that one commit adds. */
const addedAtOnce = 16

/** Builds a group of so many leaves over interfaces in memory, and measures what it costs. */
export async function measureGroup(leaves: number, signal: AbortSignal): Promise<GroupCosts> {
  const log = new MemoryLog(() => systemClock.now())
  const [contents, directory] = [new MemoryContents(), new MemoryDirectory(systemClock)]
  const slots = Math.min(maxSlots, leaves)
  const keys: MemberKey[] = Array.from({ length: slots }, () => memberKey(systemRandom(32)))
  const identities = keys.map(() => systemRandom(20))
  const place = log.create(keys)
  const stores: MemoryStore[] = []
  const devices: Conversation[] = []
  for (let number = 0; number < leaves; number += 1) {
    signal.throwIfAborted()
    const slot = number % slots
    const installation = createInstallation(identities[slot] as Uint8Array, systemRandom)
    directory.register(installation)
    const store = new MemoryStore()
    stores.push(store)
    const { signing: ack } = createInstallation(installation.identity, systemRandom)
    const own: OwnSlot = { place, slot, slotKey: keys[slot] as MemberKey, ack, suite: 'x25519' }
    const deps = { log, contents, store, directory, clock: systemClock, random: systemRandom, installation }
    devices.push(await Conversation.begin(deps, own, number === 0, signal))
  }
  const group: Group = { log, contents, signal }
  const [founder, ...others] = devices as [Conversation, ...Conversation[]]
  let frames: readonly number[] = []
  let added = 0
  for (let from = 0; from < others.length; from += addedAtOnce) {
    const some = others.slice(from, from + addedAtOnce)
    const packages = await Promise.all(some.map((each) => each.packageForJoining()))
    const before = new Set(contents.frames.keys())
    await founder.commit(packages, [])
    await settle(group, founder)
    frames = [...contents.frames].filter(([name]) => !before.has(name)).map(([, frame]) => frame.length)
    added = some.length
  }
  const [commitBytes = 0, welcomeBytes = 0] = frames
  const reader = others.at(-1) as Conversation
  const joinMs = await timed(() => settle(group, reader))
  const update = (): Promise<Update> => exchanged(group, founder, reader, () => founder.commit([], []))
  const firstUpdate = await update()
  const nextUpdate = await update()
  const message = await exchanged(group, founder, reader, () => founder.say(new Uint8Array(58)))
  let stateBytes = 0
  for await (const [, value] of (stores.at(-1) as MemoryStore).list('')) stateBytes += value.length
  return { leaves, added, commitBytes, welcomeBytes, joinMs, firstUpdate, nextUpdate, message, stateBytes }
}

interface Group {
  readonly log: MemoryLog
  readonly contents: MemoryContents
  readonly signal: AbortSignal
}

async function exchanged(
  group: Group,
  maker: Conversation,
  reader: Conversation,
  make: () => Promise<void>,
): Promise<Update> {
  const before = new Set(group.contents.frames.keys())
  const makeMs = await timed(make)
  await settle(group, maker)
  const [bytes = 0] = [...group.contents.frames].filter(([name]) => !before.has(name)).map(([, frame]) => frame.length)
  const processMs = await timed(() => settle(group, reader))
  return { makeMs, processMs, bytes }
}

/** Posts what waits, and takes what the log has, until nothing is left. */
async function settle({ log, signal }: Group, conversation: Conversation): Promise<void> {
  do {
    await conversation.post(signal)
    for await (const event of log.follow(conversation.own.place, conversation.state.record, signal)) {
      if (event.kind === 'end') break
      await conversation.take(event, signal)
    }
  } while (conversation.isBusy)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return Math.round(10 * (performance.now() - began)) / 10
}
