import type { NodeClient } from '@parley/client'
import {
  type ArchivedMessage,
  decodePayload,
  type MessageContent,
  MessagingError,
  type Messenger,
  type OwnDevice,
  type RequestEvent,
  type Room,
  text,
  type WatchedEvent,
} from '@parley/messaging'
import type { OwnData } from '../session/own-data.ts'
import { Observable } from './observable.ts'
import { type Item, nothingSettled, type SaidItem, type Talk, withItem, withReaction } from './talk.ts'
import { addressOf, isPassing, shortAddress } from './words.ts'

/** What a check of a conversation's record found. */
export interface Verified {
  readonly messages: bigint
  readonly changes: bigint
  readonly grade: 'node' | 'claimed' | 'final'
  /** Whether it is the record that this device has, as far as that goes; undefined while this device is ahead of it. */
  readonly sameAsHere: boolean | undefined
  readonly claim: string | undefined
  readonly stateRoot: string
}

const settledEveryMs = 2_000
const troubleForMs = 6_000

/** Everything that the page shows: it follows the messenger, and does what the user asks for. */
export class Chat extends Observable {
  readonly messenger: Messenger
  readonly address: string
  private readonly own: OwnData
  private readonly node: NodeClient | undefined
  private readonly signal: AbortSignal
  private readonly byKey = new Map<string, Talk>()
  private readonly asking = new Map<number, RequestEvent>()
  private names: Readonly<Record<string, string>> = {}
  private seen: Readonly<Record<string, number>> = {}
  private opened: string | undefined
  private troubledAt = Number.NEGATIVE_INFINITY
  private echoes = 0

  constructor(
    { messenger, node }: { readonly messenger: Messenger; readonly node: NodeClient | undefined },
    own: OwnData,
    signal: AbortSignal,
  ) {
    super()
    this.messenger = messenger
    this.node = node
    this.own = own
    this.signal = signal
    this.address = addressOf(messenger.identity)
  }

  /** Follows until the signal aborts. @throws what the messenger's store rejects with. */
  async run(): Promise<void> {
    ;[this.names, this.seen] = await Promise.all([this.own.names(), this.own.seen()])
    const look = setInterval(() => void this.settle(), settledEveryMs)
    try {
      for await (const event of this.messenger.watch({ signal: this.signal })) await this.take(event)
    } finally {
      clearInterval(look)
    }
  }

  /** Conversations, the one where something was last said first. */
  get talks(): readonly Talk[] {
    for (const room of this.messenger.conversations) this.talkOf(room)
    return [...this.byKey.values()].sort((a, b) => b.lastAt - a.lastAt)
  }

  get requests(): readonly RequestEvent[] {
    return [...this.asking.values()]
  }

  get openTalk(): Talk | undefined {
    return this.opened === undefined ? undefined : this.byKey.get(this.opened)
  }

  /** Whether a server did not answer lately. */
  get isTroubled(): boolean {
    return Date.now() - this.troubledAt < troubleForMs
  }

  trouble(): void {
    this.troubledAt = Date.now()
    this.changed()
    setTimeout(() => this.changed(), troubleForMs + 100)
  }

  open(key: string | undefined): void {
    this.opened = key
    const talk = this.openTalk
    if (talk !== undefined) {
      this.see(talk)
      void this.readHistory(talk)
      void this.settle()
    }
    this.changed()
  }

  nameOf(address: string): string {
    return this.names[address] ?? shortAddress(address)
  }

  isNamed(address: string): boolean {
    return this.names[address] !== undefined
  }

  async rename(address: string, name: string): Promise<void> {
    const { [address]: _, ...others } = this.names
    this.names = name.trim() === '' ? others : { ...others, [address]: name.trim().slice(0, 40) }
    this.changed()
    await this.own.keepNames(this.names)
  }

  async register(): Promise<void> {
    await this.messenger.registerInstallation()
    this.changed()
  }

  async begin(to: readonly `0x${string}`[], title: string, words: string): Promise<void> {
    const room = await this.messenger.createGroup({ to, title, text: words })
    this.open(this.talkOf(room).key)
  }

  async accept(request: RequestEvent): Promise<void> {
    const room = await request.accept()
    this.asking.delete(request.number)
    if (request.kind === 'conversation') this.open(this.talkOf(room).key)
    this.changed()
  }

  async decline(request: RequestEvent): Promise<void> {
    await request.decline()
    this.asking.delete(request.number)
    this.changed()
  }

  /** Says something; it is shown at once, and where it stands in the record as soon as it does. */
  async say({ key, room }: Talk, words: string): Promise<void> {
    await this.echoed(key, { type: 'text/1', text: words }, () => room.send(text(words)))
  }

  async sendFile({ key, room }: Talk, file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const mime = file.type === '' ? 'application/octet-stream' : file.type
    const shown: MessageContent = { type: 'other', name: 'attachment/1', body: new Uint8Array(0) }
    await this.echoed(key, shown, () => room.sendAttachment({ bytes, name: file.name, mime }), file.name)
  }

  private async echoed(
    talk: string,
    content: MessageContent,
    send: () => Promise<Uint8Array>,
    fallback = '',
  ): Promise<void> {
    this.echoes += 1
    const echo: SaidItem = {
      kind: 'said',
      key: `echo/${this.echoes}`,
      id: '',
      position: undefined,
      author: this.address,
      mine: true,
      verified: true,
      time: Date.now(),
      content,
      fallback,
      pending: 'waiting',
    }
    this.put(talk, echo)
    try {
      await send()
      this.pend(talk, echo, 'accepted')
    } catch (error) {
      // What is stored is sent by itself once servers answer again; anything else is over.
      if (isPassing(error)) this.trouble()
      else {
        this.pend(talk, echo, 'failed')
        throw error
      }
    }
  }

  private pend(talk: string, echo: SaidItem, pending: NonNullable<SaidItem['pending']>): void {
    const isThere = this.byKey.get(talk)?.items.some(({ key }) => key === echo.key) ?? false
    if (isThere) this.put(talk, { ...echo, pending })
  }

  async verify({ room }: Talk): Promise<Verified> {
    const { conversation, grade, record, claim, stateRoot } = await this.messenger.verify({ conversation: room })
    const here = room.live.conversation.state.record
    const isSamePlace =
      here.cursor.messages === conversation.messageCount && here.cursor.changes === BigInt(conversation.epoch)
    return {
      messages: conversation.messageCount,
      changes: BigInt(record.length) - conversation.messageCount,
      grade,
      sameAsHere: isSamePlace ? addressOf(here.head) === addressOf(conversation.head) : undefined,
      claim: claim?.number.toString(),
      stateRoot: addressOf(stateRoot),
    }
  }

  devices(): Promise<readonly OwnDevice[]> {
    return this.messenger.listInstallations()
  }

  private async take(event: WatchedEvent): Promise<void> {
    if (event.type === 'request') this.asking.set(event.number, event)
    // What one provider withholds another has served, or else the gap is shown.
    else if (event.type !== 'withheld') {
      const { key } = this.talkOf(event.conversation)
      const item = event.type === 'message' && this.isAside(key, event) ? undefined : this.itemOf(event)
      if (item !== undefined) {
        if (item.kind === 'said' && item.mine) this.dropEcho(key, item)
        this.put(key, item)
      }
      if (event.type === 'gap') this.countGaps(key, 1)
      if (event.type === 'gapClosed') this.countGaps(key, -1)
      if (event.type === 'joined') {
        const talk = this.byKey.get(key)
        if (talk !== undefined) await this.readHistory(talk)
      }
    }
    this.changed()
  }

  /** Takes what is said about messages, and is no message to read. */
  private isAside(key: string, { content, sender }: Extract<WatchedEvent, { type: 'message' }>): boolean {
    if (content.type === 'receipt/1') return true
    if (content.type !== 'reaction/1') return false
    const { reactions } = this.byKey.get(key) as Talk
    const author = addressOf(sender.identity)
    this.change(key, { reactions: withReaction(reactions, addressOf(content.to), author, content) })
    return true
  }

  private itemOf(event: Exclude<WatchedEvent, { type: 'request' }>): Item | undefined {
    const key = event.cursor
    const nameOf = (identity: Uint8Array): string => this.wordFor(identity)
    switch (event.type) {
      case 'message': {
        const { position, sender, time, content, fallback, id } = event
        const author = addressOf(sender.identity)
        if (content.type === 'settings/1' || content.type === 'left/1') {
          const did = content.type === 'left/1' ? 'left' : 'changed the settings'
          return { kind: 'note', key, text: `${nameOf(sender.identity)} ${did}` }
        }
        const { verified } = sender
        const said = {
          position,
          author,
          mine: author === this.address,
          verified,
          time: Number(time),
          content,
          fallback,
        }
        return { kind: 'said', key: `said/${position}`, id: addressOf(id), ...said }
      }
      case 'membership': {
        const [added, removed] = [event.added, event.removed].map((devices) => [
          ...new Set(devices.map(({ identity }) => nameOf(identity))),
        ]) as [string[], string[]]
        const parts = [
          ...(added.length === 0 ? [] : [`${added.join(', ')} joined`]),
          ...(removed.length === 0 ? [] : [`${removed.join(', ')} left`]),
        ]
        return { kind: 'note', key, text: parts.join(' · ') }
      }
      case 'joined':
        return { kind: 'note', key, text: 'You can read from here on' }
      case 'outside':
        if (event.reason === 'removed') return { kind: 'note', key, text: 'You are no longer in this conversation' }
        return event.reason === 'lost'
          ? { kind: 'note', key, text: 'This device lost its keys and asks for new ones', warns: true }
          : undefined
      case 'expired':
        return { kind: 'note', key, text: `${event.count} messages expired before they were read`, warns: true }
      case 'split':
        return { kind: 'note', key, text: 'A member was shown another record: a server lies', warns: true }
      default:
        return undefined
    }
  }

  /** Who it is, to this user. */
  wordFor(identity: Uint8Array): string {
    const address = addressOf(identity)
    return address === this.address ? 'You' : this.nameOf(address)
  }

  /** The oldest own words that wait and are these. */
  private dropEcho(key: string, { content }: SaidItem): void {
    const talk = this.byKey.get(key)
    const isSame = (item: Item): boolean => {
      if (item.kind !== 'said' || item.position !== undefined) return false
      if (content.type === 'text/1') return item.content.type === 'text/1' && item.content.text === content.text
      return item.content.type === 'other' && item.content.name === content.type
    }
    const echo = talk?.items.find(isSame)
    if (talk !== undefined && echo !== undefined)
      this.change(key, { items: talk.items.filter((each) => each !== echo) })
  }

  private talkOf(room: Room): Talk {
    const key = keyOf(room)
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    const begun: Talk = {
      key,
      room,
      items: [],
      settled: nothingSettled,
      unread: 0,
      lastAt: 0,
      gaps: 0,
      reactions: new Map(),
    }
    this.byKey.set(key, begun)
    return begun
  }

  private put(key: string, item: Item): void {
    const talk = this.byKey.get(key) as Talk
    const items = withItem(talk.items, item)
    const lastAt = item.kind === 'said' ? Math.max(talk.lastAt, item.time) : talk.lastAt
    const unread = items.filter((each) => this.isUnread(key, each)).length
    this.byKey.set(key, { ...talk, items, lastAt, unread })
    if (key === this.opened && document.visibilityState === 'visible') this.see(this.byKey.get(key) as Talk)
    this.changed()
  }

  private change(key: string, changes: Partial<Talk>): void {
    const talk = this.byKey.get(key)
    if (talk !== undefined) this.byKey.set(key, { ...talk, ...changes })
    this.changed()
  }

  private countGaps(key: string, more: number): void {
    this.change(key, { gaps: Math.max(0, (this.byKey.get(key)?.gaps ?? 0) + more) })
  }

  private isUnread(key: string, item: Item): boolean {
    return item.kind === 'said' && !item.mine && item.position !== undefined && item.position >= (this.seen[key] ?? 0)
  }

  /** All that there is was seen. */
  private see({ key, items }: Talk): void {
    const last = items.findLast((item) => item.kind === 'said' && item.position !== undefined) as SaidItem | undefined
    const until = last?.position === undefined ? 0 : Number(last.position) + 1
    if (until <= (this.seen[key] ?? 0)) return
    this.seen = { ...this.seen, [key]: until }
    this.change(key, { unread: 0 })
    this.own.keepSeen(this.seen).catch(() => this.trouble())
  }

  /** What another device of this identity had before this one was let in. */
  private async readHistory({ key, room }: Talk): Promise<void> {
    for (const message of await this.messenger.history({ conversation: room })) {
      const isThere = this.byKey.get(key)?.items.some((item) => item.key === `said/${message.position}`) ?? true
      const item = isThere ? undefined : this.archivedItem(message)
      if (item !== undefined) this.put(key, item)
    }
  }

  private archivedItem({ position, identity, time, plaintext }: ArchivedMessage): SaidItem | undefined {
    const author = addressOf(identity)
    try {
      const { id, type, body, fallback } = decodePayload(plaintext)
      const isText = type === 'text/1'
      const content: MessageContent = isText
        ? { type, text: new TextDecoder().decode(body) }
        : { type: 'other', name: type, body }
      const shared = { id: addressOf(id), position, author, verified: undefined, time: Number(time), content, fallback }
      return { kind: 'said', key: `said/${position}`, mine: author === this.address, archived: true, ...shared }
    } catch (error) {
      // Junk that a member sent is shown by nobody.
      if (error instanceof MessagingError) return undefined
      throw error
    }
  }

  /** Looks how far the open conversation is settled. */
  private async settle(): Promise<void> {
    const talk = this.openTalk
    if (talk === undefined || this.node === undefined || this.signal.aborted) return
    const { shard, index } = talk.room.place
    const { signal } = this
    const last = lastPosition(talk)
    if (last === undefined || talk.settled.final > last) return
    try {
      const latest = await this.node.conversation(shard, index, { signal })
      const final = await this.node.conversation(shard, index, { at: 'final', signal })
      const settled = {
        claimed:
          latest === undefined || latest.grade === 'node' ? talk.settled.claimed : latest.conversation.messageCount,
        final: final?.grade === 'final' ? final.conversation.messageCount : talk.settled.final,
      }
      this.change(talk.key, { settled })
    } catch {
      // The node is behind, or away: what was shown before still holds, and it is asked again.
    }
  }
}

export const keyOf = ({ place }: Room): string => `${place.shard}/${place.index}`

function lastPosition({ items }: Talk): bigint | undefined {
  const last = items.findLast((item) => item.kind === 'said' && item.position !== undefined)
  return last?.kind === 'said' ? last.position : undefined
}
