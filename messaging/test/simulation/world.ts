import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import {
  type Bytes32,
  type ChangeMembers,
  changeDigest,
  consentDigest,
  type MemberKey,
  memberKey,
  messageDigest,
  type Signature,
  signDigest,
  toHex,
} from '@parley/protocol/light'
import { Conversation } from '../../src/conversation/conversation.ts'
import type { ConversationDeps } from '../../src/conversation/held.ts'
import type { EngineEvent } from '../../src/engine/events.ts'
import { gapsOf, memberOf } from '../../src/engine/state.ts'
import type { Contents, LogEntry, Place, PutOptions } from '../../src/index.ts'
import { createInstallation, type OwnInstallation, systemRandom } from '../../src/keys/installation.ts'
import { MemoryDirectory } from '../../src/memory/memory-directory.ts'
import { MemoryLog } from '../../src/memory/memory-log.ts'
import { MemoryStore } from '../../src/memory/memory-store.ts'
import type { SuiteName } from '../../src/mls/suite.ts'
import { ManualClock } from './clock.ts'
import { DeletingContents } from './contents.ts'

const { signal } = new AbortController()

/** 32 bytes that follow from a text. */
export const seeded = (text: string): Bytes32 => new Uint8Array(createHash('sha256').update(text).digest())

export function slotKeyOf(slot: number, version = 0): MemberKey {
  return memberKey(seeded(`slot ${slot} ${version}`))
}

/** What one party has of the contents: some may be withheld from it alone. */
class View implements Contents {
  /** Kept from this party for a while. */
  readonly hidden = new Set<string>()
  /** Kept from it for ever. */
  readonly never = new Set<string>()
  private readonly all: DeletingContents

  constructor(all: DeletingContents) {
    this.all = all
  }

  put(frame: Uint8Array, options: PutOptions): ReturnType<Contents['put']> {
    return this.all.put(frame, options)
  }

  async get(digest: Bytes32): Promise<Uint8Array | undefined> {
    const name = toHex(digest)
    return this.hidden.has(name) || this.never.has(name) ? undefined : this.all.get(digest)
  }

  has(digest: Bytes32): Promise<boolean> {
    return this.all.has(digest)
  }

  ack(digest: Bytes32, ackKey: Bytes32, signature: Signature): Promise<void> {
    return this.all.ack(digest, ackKey, signature)
  }
}

/** One device in the one conversation of a world. */
export class Party {
  readonly name: string
  readonly slot: number
  readonly view: View
  readonly installation: OwnInstallation
  readonly events: EngineEvent[] = []
  store: MemoryStore
  conversation: Conversation
  /** A liar does nothing by itself: its test makes it do what no client does. */
  isLiar = false
  /** What is reported now follows from the entry that it takes, and from no older one. */
  isAtOnce = false
  /** Called with whatever it reports. */
  onEvent: (event: EngineEvent) => void = () => {}
  private readonly world: World

  private constructor(
    world: World,
    name: string,
    slot: number,
    installation: OwnInstallation,
    view: View,
    store: MemoryStore,
    conversation: Conversation,
  ) {
    this.world = world
    this.name = name
    this.slot = slot
    this.installation = installation
    this.view = view
    this.store = store
    this.conversation = conversation
  }

  static async begin(
    world: World,
    name: string,
    slot: number,
    key: MemberKey,
    found: boolean,
    identity = seeded(name).subarray(0, 20),
  ): Promise<Party> {
    const installation = createInstallation(identity, systemRandom)
    world.directory.register(installation)
    const view = new View(world.contents)
    const store = new MemoryStore()
    const ackSecret = systemRandom(32)
    const own = {
      place: world.place,
      slot,
      slotKey: key,
      ack: { secret: ackSecret, key: ed25519.getPublicKey(ackSecret) },
      suite: world.suite,
    }
    const deps = world.deps(installation, view, store)
    return new Party(world, name, slot, installation, view, store, await Conversation.begin(deps, own, found, signal))
  }

  get state(): Conversation['state'] {
    return this.conversation.state
  }

  get isMember(): boolean {
    return memberOf(this.state) !== undefined
  }

  get gaps(): bigint[] {
    return gapsOf(this.state).map(({ position }) => position)
  }

  get authenticator(): string | undefined {
    const member = memberOf(this.state)
    return member && toHex(member.state.keySchedule.epochAuthenticator)
  }

  get epoch(): bigint | undefined {
    return memberOf(this.state)?.state.groupContext.epoch
  }

  /** Texts that it showed, in order. */
  get heard(): string[] {
    return this.events.flatMap((event) => (event.type === 'message' ? [new TextDecoder().decode(event.plaintext)] : []))
  }

  /** The next entry of the log that this party has not taken; undefined at the end. */
  get next(): LogEntry | undefined {
    const { messages, changes } = this.state.record.cursor
    return this.world.log.entries(this.world.place)[Number(messages + changes)]
  }

  async takeOne(): Promise<readonly EngineEvent[]> {
    const { next } = this
    this.isAtOnce = this.state.waiting.length === 0
    const events = next === undefined ? [] : this.note(await this.conversation.take(next, signal))
    this.isAtOnce = false
    return events
  }

  async catchUp(): Promise<void> {
    while (this.next !== undefined) await this.takeOne()
  }

  async fetch(): Promise<void> {
    this.note(await this.conversation.fetchMissing(signal))
  }

  async passOver(): Promise<void> {
    this.note(await this.conversation.passOver(signal))
  }

  async abandon(why: string): Promise<void> {
    this.note(await this.conversation.abandon(why, signal))
  }

  async say(text: string): Promise<void> {
    await this.conversation.say(new TextEncoder().encode(text))
    await this.post()
  }

  post(): Promise<void> {
    return this.conversation.post(signal)
  }

  /** Says to the stores what it has read. */
  async acknowledge(): Promise<void> {
    while (this.conversation.mustAck) await this.conversation.acknowledged(await this.conversation.acknowledge(signal))
  }

  answer(slot: number): Promise<void> {
    return this.conversation.answer(slot, signal)
  }

  /** Starts anew from what is in the store. */
  async restart(store: MemoryStore = this.store): Promise<void> {
    this.store = store
    const found = await Conversation.open(this.world.deps(this.installation, this.view, store), this.world.place)
    if (found === undefined) throw new Error(`${this.name} has nothing stored`)
    this.conversation = found
  }

  private note(events: readonly EngineEvent[]): readonly EngineEvent[] {
    this.events.push(...events)
    for (const event of events) this.onEvent(event)
    return events
  }
}

/** One conversation, a log under the L3's rules, and contents that can be withheld. */
export class World {
  readonly clock = new ManualClock()
  readonly log = new MemoryLog(() => this.clock.now())
  readonly contents = new DeletingContents()
  readonly directory = new MemoryDirectory(this.clock)
  readonly suite: SuiteName
  readonly place: Place
  readonly parties: Party[] = []

  get honest(): Party[] {
    return this.parties.filter(({ isLiar }) => !isLiar)
  }

  private constructor(suite: SuiteName, members: number) {
    this.suite = suite
    this.place = this.log.create(Array.from({ length: members }, (_, slot) => slotKeyOf(slot)))
  }

  /** Everybody's slot is there from the beginning; the first founds the group and adds all others. */
  static async of(names: readonly string[], suite: SuiteName = 'x25519'): Promise<World> {
    const world = new World(suite, names.length)
    for (const [slot, name] of names.entries())
      world.parties.push(await Party.begin(world, name, slot, slotKeyOf(slot), slot === 0))
    const [founder, ...others] = world.parties as [Party, ...Party[]]
    if (others.length > 0) await world.add(founder, others)
    return world
  }

  /** A founder or an admin adds devices, and everybody takes all of it. */
  async add(by: Party, others: readonly Party[]): Promise<void> {
    const packages = await Promise.all(others.map(({ conversation }) => conversation.packageForJoining()))
    await by.conversation.commit(packages, [])
    await this.settle()
  }

  /** An admin puts a new key into a new slot. */
  async openSlot(by: Party): Promise<number> {
    const standing = await this.log.standing(this.place)
    const slot = standing.members.length
    const key = slotKeyOf(slot)
    const consent = signDigest(key.secret, consentDigest(this.log.chainId, standing.id, slot, 0n, key.key))
    const allowance = 2n ** 30n
    await this.change(by, { add: [{ slot, key: key.key, role: 1, allowance, priceLimit: 2n ** 60n }] }, [consent])
    return slot
  }

  /** As `openSlot`, for somebody new. */
  async addSlot(by: Party, name: string): Promise<Party> {
    const slot = await this.openSlot(by)
    const party = await Party.begin(this, name, slot, slotKeyOf(slot), false)
    this.parties.push(party)
    return party
  }

  /** Another device of a party's identity, in its slot; it is added by that party. */
  async device(name: string, slot: number, by: Party): Promise<Party> {
    const party = await Party.begin(this, name, slot, slotKeyOf(slot), false, by.installation.identity)
    this.parties.push(party)
    await party.catchUp()
    await this.add(by, [party])
    return party
  }

  /** What members who are not lost have agreed on: one authenticator, or several where they have not. */
  get authenticators(): Set<string | undefined> {
    return new Set(this.honest.map(({ authenticator }) => authenticator))
  }

  async removeSlot(by: Party, slot: number): Promise<void> {
    await this.change(by, { remove: [{ slot }] }, [])
  }

  /** Somebody posts any 32 bytes, as a member that does as it likes. */
  async post(by: Party, content: Bytes32): Promise<void> {
    const { id, members } = await this.log.standing(this.place)
    const nonce = members[by.slot]?.nonce ?? 0n
    const digest = messageDigest(this.log.chainId, id, by.slot, nonce, content)
    await this.log.send(this.place, {
      slot: by.slot,
      nonce,
      content,
      signature: signDigest(slotKeyOf(by.slot).secret, digest),
    })
  }

  /** Gives a slot another role. */
  async setRole(by: Party, slot: number, role: number): Promise<void> {
    await this.change(by, { roles: [{ slot, role }] }, [])
  }

  private async change(by: Party, entries: Partial<ChangeMembers>, consents: readonly Uint8Array[]): Promise<void> {
    const { id, epoch } = await this.log.standing(this.place)
    const base = { shard: this.place.shard, conversation: this.place.index, epoch, signer: by.slot }
    const change: ChangeMembers = { ...base, remove: [], roles: [], add: [], exchange: [], ...entries }
    const signature = signDigest(slotKeyOf(by.slot).secret, changeDigest(this.log.chainId, id, change))
    await this.log.change(change, [signature, ...consents])
  }

  /** Everybody posts what waits and takes what there is, until nothing moves. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.length; ) {
      before = this.length
      for (const party of this.honest) {
        await party.post()
        await party.catchUp()
      }
      for (const party of this.honest) await party.catchUp()
      // What was taken last may have led to something to post.
      for (const party of this.honest) await party.post()
      for (const party of this.honest) await party.acknowledge()
    }
  }

  get length(): number {
    return this.log.entries(this.place).length
  }

  deps(installation: OwnInstallation, contents: Contents, store: MemoryStore): ConversationDeps {
    const { log, directory, clock } = this
    return { log, contents, store, directory, clock, random: systemRandom, installation }
  }
}
