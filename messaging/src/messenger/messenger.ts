import { ed25519 } from '@noble/curves/ed25519.js'
import { type CompleteConversation, keyAttribute, revocationOf, setStanding, settingOf } from '@parley/client'
import { type Bytes20, type MemberKey, memberKey, Role, sameBytes } from '@parley/protocol/light'
import { type Address, bytesToHex, hexToBytes } from 'viem'
import { fallbackName, installationName } from '../chain/contact-directory.ts'
import { Conversation } from '../conversation/conversation.ts'
import type { OwnSlot } from '../conversation/stored.ts'
import type { ArchivedMessage } from '../devices/archive.ts'
import type { SharedSlot } from '../devices/shared-slot.ts'
import { MessagingError } from '../faults.ts'
import { isInForce } from '../keys/in-force.ts'
import { payloadOf } from '../live/live.ts'
import type { SuiteName } from '../mls/suite.ts'
import type { Place } from '../ports/log.ts'
import { changeMembers } from './change-members.ts'
import type { Context } from './context.ts'
import { Devices, type OwnDevice, ownFounder } from './devices.ts'
import { type MessengerEvent, type RequestEvent, requestEventOf, roomEventOf } from './events.ts'
import type { Inbox } from './inbox.ts'
import { keysOf } from './invite-delivery.ts'
import { readRequest, requestChange, type StoredRequest } from './request-store.ts'
import { type AddOptions, type AddResult, defaultValidMs, outgoing, Room } from './room.ts'
import { keepMeta, type RoomMeta, readMetas } from './room-meta.ts'
import { SourceCounts, type WatchCursor } from './watch-cursor.ts'

/** An address of the L2, as viem has it or as bytes. */
export type Identity = Address | Bytes20

const year = 31_536_000n

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

/** Everything that happens, with where to go on after it. */
export type WatchedEvent = MessengerEvent & { readonly cursor: WatchCursor }

/** One device of an identity: its conversations, and the invites that come to it. */
export class Messenger {
  private readonly context: Context
  private readonly inbox: Inbox
  private readonly end: (reason: unknown) => void
  private readonly byPlace = new Map<string, Room>()
  private readonly running: Promise<unknown>[] = []
  private readonly devices: Devices
  private isRegistered = false

  /** @param end - Ends everything that runs. */
  constructor(context: Context, inbox: Inbox, end: (reason: unknown) => void) {
    this.context = context
    this.inbox = inbox
    this.end = end
    this.devices = new Devices(context, {
      rooms: () => this.all,
      openShared: (slot, kind) => this.openShared(slot, kind),
      openOwn: (key) => this.openOwn(key),
    })
  }

  /** Reads what the device has, and begins to follow it. */
  async open(): Promise<void> {
    const { context } = this
    await this.inbox.open()
    await this.devices.open()
    for (const meta of await readMetas(context.store)) {
      const conversation = await Conversation.open(context, meta.place)
      if (conversation !== undefined) this.start(conversation, meta)
    }
    const { identity, signing } = context.installation
    const { installations } = await context.directory.read(identity, context.signal)
    this.isRegistered = installations.some((key) => sameBytes(key, signing.key))
    this.running.push(this.inbox.run(), this.devices.run())
  }

  /** Ends all that runs; what is stored is gone on with by the next messenger. */
  async close(): Promise<void> {
    this.end(new Error('the messenger was closed'))
    await Promise.all(this.running)
  }

  get identity(): Bytes20 {
    return this.context.installation.identity
  }

  /** Ed25519 key of this device. */
  get installation(): Uint8Array {
    return this.context.installation.signing.key
  }

  /** Whether the directory has this device, when it was last looked at. */
  get registered(): boolean {
    return this.isRegistered
  }

  get conversations(): readonly Room[] {
    return this.all.filter(({ kind }) => kind === 'talk')
  }

  private get all(): readonly Room[] {
    return [...this.byPlace.values()]
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

  /** Puts this device's keys into the directory; a signature of the wallet where gateways pay, a transaction elsewhere. */
  async registerInstallation(): Promise<void> {
    const { directory, installation, payer, signal } = this.context
    const attributes = this.attributes()
    const { registered } = await directory.read(installation.identity, signal)
    if (registered) await payer.change(attributes.map(settingOf), signal)
    else await payer.register(attributes, signal)
    await directory.read(installation.identity, signal)
    this.isRegistered = true
  }

  private attributes() {
    const { signing, fallback } = this.context.installation
    return [
      keyAttribute({ algorithm: 'Ed25519', use: 'installation', value: bytesToHex(signing.key) }, year),
      keyAttribute({ algorithm: 'X25519', use: 'fallback', value: bytesToHex(fallback.key) }, year),
    ]
  }

  /**
   * Takes devices out of the directory, and shuts them out of all conversations: their leaves go, and each slot gets a new key. A
   * signature of the wallet where gateways pay, a transaction elsewhere.
   */
  async revokeInstallations({ installations }: { readonly installations: readonly Uint8Array[] }): Promise<void> {
    const { installation, signal, payer, directory } = this.context
    const changes = installations.flatMap((each) => {
      const fallback = this.devices.fallbackOf(each)
      return [
        revocationOf({ name: installationName, value: bytesToHex(each) }),
        ...(fallback === undefined ? [] : [revocationOf({ name: fallbackName, value: bytesToHex(fallback) })]),
      ]
    })
    await payer.change(changes, signal)
    await directory.read(installation.identity, signal)
    for (const each of installations) await this.devices.shutOut(each)
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
    const keys = [context.installation.identity, ...identities].map(() => memberKey(context.random(32)))
    const founders = keys.map((key, slot) => ({ key, role: slot === 0 ? Role.admin : Role.member }))
    const { place, id } = await context.sponsor.create(founders, context.signal)
    const invites = identities.map((identity, i) =>
      outgoing({ identity, slot: i + 1, key: keys[i + 1] as MemberKey, text, expiresAt }),
    )
    const meta: RoomMeta = { place, id, title, kind: 'talk', invites }
    await keepMeta(context.store, meta)
    const own = this.ownSlot(place, 0, keys[0] as MemberKey, suite)
    const room = this.start(await Conversation.begin(context, own, true, context.signal), meta)
    await room.expect(invites)
    await this.devices.share(room)
    return room
  }

  private ownSlot(place: Place, slot: number, slotKey: MemberKey, suite: SuiteName): OwnSlot {
    const secret = this.context.random(32)
    return { place, slot, slotKey, ack: { secret, key: ed25519.getPublicKey(secret) }, suite }
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

  /** Refuses invites of an account in the public inbox. A transaction of the wallet. */
  async block({ identity }: { readonly identity: Identity }): Promise<void> {
    const { client, contracts, write } = this.context
    const counterparty = bytesToHex(bytesOf(identity))
    await write(() => setStanding(client, { inbox: contracts.inbox, counterparty, standing: 'blocked' }))
  }

  /** What happened, in each conversation in its order: first what is stored, then what comes, until `signal` aborts. */
  async *watch({
    from,
    signal,
  }: {
    readonly from?: WatchCursor
    readonly signal: AbortSignal
  }): AsyncGenerator<WatchedEvent, void, undefined> {
    const { changed } = this.context
    const counts = new SourceCounts(from)
    const over = AbortSignal.any([signal, this.context.signal])
    const ended = new Promise<void>((resolve) => {
      if (over.aborted) resolve()
      else over.addEventListener('abort', () => resolve(), { once: true })
    })
    while (!over.aborted) {
      const woken = changed.next()
      let isAny = false
      for await (const event of this.stored(counts)) {
        isAny = true
        yield event
        if (over.aborted) return
      }
      if (!isAny) await Promise.race([woken, ended])
    }
  }

  /** All that is stored and was not given out. */
  private async *stored(counts: SourceCounts): AsyncGenerator<WatchedEvent> {
    const { store } = this.context
    for (;;) {
      const request = await readRequest(store, counts.of('requests'))
      if (request === undefined) break
      const cursor = counts.next('requests')
      if (request.state === 'open') yield { ...this.requestEvent(request), cursor }
    }
    for (const room of this.conversations) {
      const source = `${room.place.shard}/${room.place.index}`
      for (;;) {
        const event = await room.event(counts.of(source))
        if (event === undefined) break
        const cursor = counts.next(source)
        const verified = event.type === 'message' ? await this.isVerified(event) : undefined
        const told = roomEventOf(room, event, payloadOf(event), verified)
        if (told !== undefined) yield { ...told, cursor }
      }
    }
  }

  /** Undefined while the L2 does not answer: reading goes on. */
  private async isVerified({
    identity,
    installation,
  }: {
    identity: Bytes20
    installation: Uint8Array
  }): Promise<boolean | undefined> {
    const { report, signal } = this.context
    try {
      return await isInForce(this.context, identity, installation, signal)
    } catch (error) {
      report('directory', error)
      return undefined
    }
  }

  private requestEvent(request: StoredRequest): RequestEvent {
    const { store } = this.context
    const decline = async (): Promise<void> => store.write([requestChange({ ...request, state: 'declined' })])
    return requestEventOf(request, { accept: () => this.accept(request.number), decline })
  }

  /** Accepts a request: its slot's key is exchanged for one of this device. @throws {MessagingError} `INVITE_UNUSABLE`. */
  async accept(number: number): Promise<Room> {
    const { context } = this
    const request = await readRequest(context.store, number)
    if (request === undefined) throw unusable(`there is no request ${number}`)
    const { body, head } = request
    const known = this.byPlace.get(nameOf(body.place))
    if (known !== undefined && body.kind === 'conversation') return known
    if (head.expiresAt < context.clock.now()) throw unusable('it is over')
    if (body.kind === 'device') return this.joinOwn(request)
    const slotKey = request.slotKey ?? memberKey(context.random(32))
    await context.store.write([requestChange({ ...request, slotKey })])
    await this.takeSlot(request, slotKey)
    const meta: RoomMeta = { place: body.place, id: body.id, title: body.title, kind: 'talk', invites: [] }
    await keepMeta(context.store, meta)
    const own = this.ownSlot(body.place, body.slot, slotKey, body.suite)
    const conversation = await Conversation.begin(context, own, false, context.signal)
    await context.store.write([requestChange({ ...request, slotKey, state: 'accepted' })])
    const room = this.start(conversation, meta)
    await this.devices.share(room)
    return room
  }

  /** Another device of this identity let this one in. */
  private async joinOwn(request: StoredRequest): Promise<Room> {
    const { head, body, verified } = request
    if (!verified || !sameBytes(head.sender, this.identity)) throw unusable('it is of no device of this identity')
    await this.openShared(body, 'own')
    await this.context.store.write([requestChange({ ...request, state: 'accepted' })])
    return this.byPlace.get(nameOf(body.place)) as Room
  }

  private async openShared({ place, id, title, slot, key, suite }: SharedSlot, kind: RoomMeta['kind']): Promise<void> {
    const { context } = this
    const known = this.byPlace.get(nameOf(place))
    if (known !== undefined) return known.live.adoptKey(key)
    const { id: found } = await context.log.genesis(place, context.signal)
    if (!sameBytes(found, id)) throw unusable('another conversation is at its place')
    const meta: RoomMeta = { place, id, title, kind, invites: [] }
    await keepMeta(context.store, meta)
    const own = this.ownSlot(place, slot, key, suite)
    this.start(await Conversation.begin(context, own, false, context.signal), meta)
  }

  private async openOwn(key: MemberKey): Promise<Room> {
    const { context } = this
    const { place, id } = await context.sponsor.create([ownFounder(key)], context.signal)
    const meta: RoomMeta = { place, id, title: '', kind: 'own', invites: [] }
    await keepMeta(context.store, meta)
    const own = this.ownSlot(place, 0, key, 'x25519')
    return this.start(await Conversation.begin(context, own, true, context.signal), meta)
  }

  private async takeSlot({ body }: StoredRequest, slotKey: MemberKey): Promise<void> {
    const { log, signal } = this.context
    const { place, slot, key, id } = body
    const { id: found } = await log.genesis(place, signal)
    if (!sameBytes(found, id)) throw unusable('another conversation is at its place')
    await changeMembers(
      log,
      place,
      {
        slot,
        key,
        entering: [slotKey],
        plan: ({ members }) => {
          const held = members[slot]
          if (held !== undefined && sameBytes(held.key, slotKey.key)) return undefined
          if (held === undefined || held.role === Role.none || !sameBytes(held.key, key.key))
            throw unusable('its slot was taken or taken back')
          return { exchange: [{ key: slotKey.key }] }
        },
      },
      signal,
    )
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

  private start(conversation: Conversation, meta: RoomMeta): Room {
    const room = new Room(this.context, conversation, meta)
    this.byPlace.set(nameOf(meta.place), room)
    this.running.push(room.run())
    this.context.changed.beat()
    return room
  }
}

const nameOf = ({ shard, index }: Place): string => `${shard}/${index}`

const bytesOf = (identity: Identity): Bytes20 => (typeof identity === 'string' ? hexToBytes(identity) : identity)

const unusable = (reason: string): MessagingError => new MessagingError({ code: 'INVITE_UNUSABLE', reason })
