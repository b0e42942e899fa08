import { ed25519 } from '@noble/curves/ed25519.js'
import { type CompleteConversation, setStanding } from '@parley/client'
import { type Bytes20, type MemberKey, memberKey, Role } from '@parley/protocol/light'
import { type Address, bytesToHex, hexToBytes } from 'viem'
import type { ArchivedMessage } from '../devices/archive.ts'
import { MessagingError } from '../faults.ts'
import type { SuiteName } from '../mls/suite.ts'
import { receipt } from '../payloads/receipt.ts'
import type { Evidence, Provider } from '../providers/provider.ts'
import type { KnownProvider } from '../providers/providers.ts'
import type { RecoverySecret } from '../recovery/secret.ts'
import type { Context } from './context.ts'
import { Devices, type OwnDevice } from './devices.ts'
import type { RequestEvent } from './events.ts'
import type { Inbox } from './inbox.ts'
import { keysOf } from './invite-delivery.ts'
import { Inviting } from './inviting.ts'
import { readMark } from './read-mark.ts'
import type { ImportedArchive, MadeRecovery, Recovered, Recovering, RecoveryOptions } from './recovering.ts'
import { Registration } from './registration.ts'
import type { StoredRequest } from './request-store.ts'
import { Requests } from './requests.ts'
import type { Room } from './room.ts'
import { type AddOptions, type AddResult, defaultValidMs, outgoing } from './room-invites.ts'
import type { RoomMeta } from './room-meta.ts'
import { Rooms } from './rooms.ts'
import type { WatchCursor } from './watch-cursor.ts'
import { type WatchedEvent, Watching } from './watching.ts'

/** An address of the L2, as viem has it or as bytes. */
export type Identity = Address | Bytes20

/** A device that signs by its installation's Ed25519 key. */
export interface SigningDevice {
  readonly identity: Bytes20
  readonly key: Uint8Array
  /** What is signed begins with a tag of its own. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** What a conversation is begun with. */
export interface CreateGroupOptions {
  readonly to: readonly Identity[]
  /** At most 256 bytes of UTF-8. */
  readonly title: string
  readonly text?: string
  /** Milliseconds for which the invites are good. @default 14 days */
  readonly validMs?: number
  /** @default 'x25519' */
  readonly suite?: SuiteName
}

/** One device of an identity: its conversations, and the invites that come to it. */
export class Messenger {
  private readonly context: Context
  private readonly inbox: Inbox
  private readonly end: (reason: unknown) => void
  private readonly rooms: Rooms
  private readonly devices: Devices
  private readonly registration: Registration
  private readonly requests: Requests
  private readonly inviting: Inviting
  private readonly watching: Watching
  private recoveringOnce: Promise<Recovering> | undefined
  private readonly running: Promise<unknown>[] = []

  /** @param end - Ends everything that runs. */
  constructor(context: Context, inbox: Inbox, end: (reason: unknown) => void) {
    this.context = context
    this.inbox = inbox
    this.end = end
    this.rooms = new Rooms(context)
    this.devices = new Devices(context, this.rooms)
    this.registration = new Registration(context)
    this.requests = new Requests(context, this.rooms, this.devices)
    this.inviting = new Inviting(context, this.rooms, this.requests)
    this.watching = new Watching(context, this.rooms, this.requests)
  }

  /** Reads what the device has, and begins to follow it. */
  async open(): Promise<void> {
    await this.inbox.open()
    await this.devices.open()
    await this.rooms.open()
    await this.registration.open()
    const stateOf = (opened: Omit<StoredRequest, 'state'>) => this.requests.stateOf(opened)
    this.running.push(this.inbox.run(stateOf), this.devices.run(), this.inviting.run())
  }

  /** Ends all that runs; what is stored is gone on with by the next messenger. */
  async close(): Promise<void> {
    this.end(new Error('the messenger was closed'))
    await Promise.all([...this.running, this.rooms.ended()])
  }

  get identity(): Bytes20 {
    return this.context.installation.identity
  }

  /** Ed25519 key of this device. */
  get installation(): Uint8Array {
    return this.context.installation.signing.key
  }

  /** This device as services know it: its key signs what it asks of them. */
  get device(): SigningDevice {
    const { identity, signing } = this.context.installation
    return { identity, key: signing.key, sign: (message) => ed25519.sign(message, signing.secret) }
  }

  /** Whether the directory has this device, when it was last looked at. */
  get registered(): boolean {
    return this.registration.isRegistered
  }

  /** Those that nobody ever came into are left out; the next invite uses them. */
  get conversations(): readonly Room[] {
    return this.rooms.all.filter(({ kind, invites }) => kind === 'talk' && !invites.isSpare)
  }

  /** What this device shows so that another one of the identity can let it in: 12 digits. */
  get code(): string {
    return this.devices.code
  }

  /** Devices that the directory has for this identity. */
  listInstallations(): Promise<readonly OwnDevice[]> {
    return this.devices.list()
  }

  /**
   * Lets another device of this identity in by the code that it shows: it gets the slots of all conversations, and their history.
   * @returns its key. @throws {MessagingError} `DEVICE_UNKNOWN`.
   */
  confirmInstallation({ code }: { readonly code: string }): Promise<Uint8Array> {
    return this.devices.confirm(code)
  }

  /** Messages of a conversation that this device has, in order; those from before it was let in are another device's word. */
  history({ conversation }: { readonly conversation: Room }): Promise<readonly ArchivedMessage[]> {
    return this.devices.historyOf(conversation)
  }

  /**
   * Makes what another device can take the place of all devices by once they are lost: keys of all conversations, encrypted. Make it
   * again after joining a conversation, and after revoking a device.
   * @throws {MessagingError} `FRAME_INVALID`: the passphrase has fewer than 12 characters.
   */
  async makeRecovery(options: RecoveryOptions = {}): Promise<MadeRecovery> {
    return (await this.recovering()).make(options)
  }

  /**
   * Takes the place of devices that are lost: this one joins their conversations, once other members answer. It must be registered;
   * revoke the lost ones afterwards.
   * @throws {MessagingError} `RECOVERY_LOCKED`, `RECOVERY_OF_ANOTHER`, `INSTALLATION_REVOKED`, `FRAME_INVALID`.
   */
  async recover({ recovery, ...secret }: { readonly recovery: Uint8Array } & RecoverySecret): Promise<Recovered> {
    return (await this.recovering()).recover(recovery, secret)
  }

  /** All messages that this device has, in segments of about 1 MiB that only a recovery of this device opens. */
  async *exportArchive(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* (await this.recovering()).exportArchive()
  }

  /** Adds archived messages to the history of conversations that this device has. @throws {MessagingError} `ARCHIVE_LOCKED`, `FRAME_INVALID`. */
  async importArchive(segments: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<ImportedArchive> {
    return (await this.recovering()).importArchive(segments)
  }

  /** Loaded once it is needed: few sessions of an application are one in which somebody recovers. */
  private recovering(): Promise<Recovering> {
    this.recoveringOnce ??= import('./recovering.ts').then(
      (code) => new code.Recovering(this.context, this.rooms, this.devices, this.registration),
    )
    return this.recoveringOnce
  }

  /** Puts this device's keys into the directory; a signature of the wallet where gateways pay, a transaction elsewhere. */
  registerInstallation(): Promise<void> {
    return this.registration.register()
  }

  /**
   * Takes devices out of the directory, and shuts them out of all conversations: their leaves go, and each slot gets a new key. A
   * signature of the wallet where gateways pay, a transaction elsewhere.
   */
  async revokeInstallations({ installations }: { readonly installations: readonly Uint8Array[] }): Promise<void> {
    const { devices } = this
    await this.registration.revoke(
      installations.map((installation) => ({ installation, fallback: devices.fallbackOf(installation) })),
    )
    for (const each of installations) await devices.shutOut(each)
  }

  /** Begins a conversation of two. @throws {MessagingError} `IDENTITY_UNREACHABLE`, `SPONSOR_REFUSED`. */
  async invite({ to, ...rest }: Omit<CreateGroupOptions, 'to'> & { readonly to: Identity }): Promise<Room> {
    return this.createGroup({ to: [to], ...rest })
  }

  /**
   * Opens a conversation with a slot for each who is invited, at most 15, and delivers the invites.
   * @throws {MessagingError} `IDENTITY_UNREACHABLE`, `SPONSOR_REFUSED`; and what stores and the L2 reject with.
   */
  async createGroup({
    to,
    title,
    text = '',
    validMs = defaultValidMs,
    suite = 'x25519',
  }: CreateGroupOptions): Promise<Room> {
    const { context } = this
    const identities = to.map(bytesOf)
    for (const identity of identities) await keysOf(context, identity)
    const expiresAt = context.clock.now() + BigInt(validMs)
    const spare = await this.rooms.reuse(identities, { text, expiresAt, title }, suite)
    if (spare !== undefined) return spare
    const keys = [context.installation.identity, ...identities].map(() => memberKey(context.random(32)))
    const founders = keys.map((key, slot) => ({ key, role: slot === 0 ? Role.admin : Role.member }))
    const { place, id } = await context.sponsor.create(founders, context.signal)
    const invites = identities.map((identity, i) =>
      outgoing({ identity, slot: i + 1, key: keys[i + 1] as MemberKey, text, expiresAt }),
    )
    const meta: RoomMeta = { place, id, title, kind: 'talk', invites }
    const room = await this.rooms.begin({ meta, slot: 0, key: keys[0] as MemberKey, suite, founds: true })
    await room.deliverInvites()
    await this.devices.share(room)
    return room
  }

  /** Invites to a conversation that there is. */
  addMembers(
    room: Room,
    { to, ...rest }: Omit<AddOptions, 'to'> & { readonly to: readonly Identity[] },
  ): Promise<AddResult> {
    return room.addMembers({ to: to.map(bytesOf), ...rest })
  }

  /** Removes identities from a conversation. */
  removeMembers(room: Room, { identities }: { readonly identities: readonly Identity[] }): Promise<void> {
    return room.removeMembers(identities.map(bytesOf))
  }

  /**
   * Notes for all devices of this identity that a conversation was read up to a message.
   * @param receipt - Says so to the other members, too. @default false
   */
  async markRead({
    conversation,
    position,
    receipt: isTold = false,
  }: {
    readonly conversation: Room
    readonly position: bigint
    readonly receipt?: boolean
  }): Promise<void> {
    if (isTold) conversation.live.assertMember()
    const before = await this.readPosition({ conversation })
    if (before !== undefined && before >= position) return
    await this.devices.prefer(readMark.preference(conversation.place, position))
    if (isTold) await conversation.send(receipt(position))
  }

  /** Up to which message a conversation was read on any device of this identity; undefined when none was. */
  async readPosition({ conversation }: { readonly conversation: Room }): Promise<bigint | undefined> {
    return readMark.positionIn(await this.devices.preferences.get(readMark.key(conversation.place)))
  }

  /** Stores and gateways of this messenger, and from which it was switched away. */
  get providers(): readonly KnownProvider[] {
    return this.context.providers.all
  }

  /**
   * Has a provider asked last from now on, after a restart too, and keeps why. One that others are served by can be replaced so; whoever
   * is left alone is asked still.
   * @throws {MessagingError} `PROVIDER_UNKNOWN`.
   */
  async switchProvider(provider: Provider, evidence: Evidence): Promise<void> {
    await this.context.providers.switchFrom(provider, evidence)
  }

  /** Has a provider asked in its turn again. */
  async switchBack(provider: Provider): Promise<void> {
    await this.context.providers.switchBack(provider)
  }

  /** Refuses invites of an account in the public inbox. A transaction of the wallet. */
  async block({ identity }: { readonly identity: Identity }): Promise<void> {
    const { client, contracts, write } = this.context
    const counterparty = bytesToHex(bytesOf(identity))
    await write(() => setStanding(client, { inbox: contracts.inbox, counterparty, standing: 'blocked' }))
  }

  /** What happened, in each conversation in its order: first what is stored, then what comes, until `signal` aborts. */
  watch({
    from,
    signal,
  }: {
    readonly from?: WatchCursor
    readonly signal: AbortSignal
  }): AsyncGenerator<WatchedEvent, void, undefined> {
    return this.watching.watch(from, signal)
  }

  /** Requests that wait for a decision. */
  openRequests(): Promise<readonly RequestEvent[]> {
    return this.requests.open()
  }

  /** Accepts a request by its number. @throws {MessagingError} `INVITE_UNUSABLE`. */
  accept(number: number): Promise<Room> {
    return this.requests.accept(number)
  }

  /**
   * Reads a conversation's record with its proof from the node.
   * @param final - Waits until the L2 has made the proof's claim final.
   * @throws {MessagingError} `NODE_MISSING`; {ClientError} what the proof lacks.
   */
  async verify({
    conversation,
    final = false,
  }: {
    readonly conversation: Room
    readonly final?: boolean
  }): Promise<CompleteConversation> {
    const { node, signal } = this.context
    if (node === undefined) throw new MessagingError({ code: 'NODE_MISSING' })
    const { shard, index } = conversation.place
    const found = await node.completeConversation(shard, index, { signal })
    if (found === undefined) throw new MessagingError({ code: 'CONVERSATION_MISSING', shard, index })
    return final ? node.untilFinal(found, signal) : found
  }
}

const bytesOf = (identity: Identity): Bytes20 => (typeof identity === 'string' ? hexToBytes(identity) : identity)
