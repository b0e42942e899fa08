import {
  Conversation,
  type ConversationDeps,
  createInstallation,
  LiveConversation,
  type OwnSlot,
  type Place,
  text,
} from '@parley/messaging'
import { type MemberKey, toHex } from '@parley/protocol'

/** One user: a device with one conversation. */
export interface User {
  readonly live: LiveConversation
  /** Says something. @returns its name, once it is accepted. */
  say(words: string): Promise<string>
}

/** A message as its reader's application gets it. */
export type OnMessage = (name: string, atMs: number) => void

export interface PairOptions {
  readonly place: Place
  /** By slot. */
  readonly keys: readonly [MemberKey, MemberKey]
  readonly deps: readonly [ConversationDeps, ConversationDeps]
  readonly onMessage: OnMessage
  /** Is given what stops a user. */
  readonly onFailure: (error: unknown) => void
}

/** Two users of one conversation: the first founds its group, the second asks to join as whoever accepted an invite does. */
export async function openPair(options: PairOptions, signal: AbortSignal): Promise<readonly [User, User]> {
  const [founder, joiner] = await Promise.all([0, 1].map((slot) => openUser(options, slot, signal)))
  if (founder === undefined || joiner === undefined) throw new RangeError('a pair has two users')
  await founder.live.introduce(1, options.deps[1].installation.identity)
  for (const user of [founder, joiner]) run(user, options, signal)
  await joined(joiner.live, signal)
  return [founder, joiner]
}

async function openUser({ place, keys, deps }: PairOptions, slot: number, signal: AbortSignal): Promise<User> {
  const own = deps[slot] as ConversationDeps
  const slotKey = keys[slot] as MemberKey
  // A key for acknowledging, of this conversation alone.
  const { signing: ack } = createInstallation(own.installation.identity, own.random)
  const shared: OwnSlot = { place, slot, slotKey, ack, suite: 'x25519' }
  const conversation = await Conversation.begin(own, shared, slot === 0, signal)
  const live = new LiveConversation(conversation, { log: own.log, clock: own.clock, random: own.random })
  return { live, say: async (words) => toHex(await live.send(text(words), signal)) }
}

function run({ live }: User, { onMessage, onFailure }: PairOptions, signal: AbortSignal): void {
  const failed = (error: unknown): void => {
    if (!signal.aborted) onFailure(error)
  }
  live.run(signal).catch(failed)
  listen(live, onMessage, signal).catch(failed)
}

async function listen(live: LiveConversation, onMessage: OnMessage, signal: AbortSignal): Promise<void> {
  for await (const { event, payload } of live.watch(0, signal))
    if (event.type === 'message' && !event.own && payload !== undefined) onMessage(toHex(payload.id), performance.now())
}

async function joined(live: LiveConversation, signal: AbortSignal): Promise<void> {
  for await (const { event } of live.watch(0, signal)) if (event.type === 'joined') return
}
