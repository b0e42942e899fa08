import type { NodeClient } from '@parley/client'
import { type Messenger, type OwnDevice, type RequestEvent, text, type WatchedEvent } from '@parley/messaging'
import type { OwnData } from '../session/own-data.ts'
import { Contacts } from './contacts.ts'
import { Echoes } from './echoes.ts'
import { archivedContent, archivedItem, itemOf } from './happened.ts'
import { settledOf } from './levels.ts'
import { Observable } from './observable.ts'
import { Servers } from './servers.ts'
import type { SaidItem, Talk } from './talk.ts'
import { Talks } from './talks.ts'
import { type Verified, verifiedOf } from './verified.ts'
import { addressOf, listed } from './words.ts'

const settledEveryMs = 2_000

export interface ChatDeps {
  readonly messenger: Messenger
  /** Shows how far messages are settled; undefined where no node is configured. */
  readonly node: NodeClient | undefined
  /** Resolves when the sequencer answers. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>
  readonly own: OwnData
}

/** Everything that the page shows: it follows the messenger, and does what the user asks for. */
export class Chat extends Observable {
  readonly messenger: Messenger
  readonly address: string
  readonly contacts: Contacts
  readonly servers: Servers
  private readonly deps: ChatDeps
  private readonly signal: AbortSignal
  private readonly shown: Talks
  private readonly echoes: Echoes
  private readonly asking = new Map<number, RequestEvent>()
  /** Said to screen readers: what came into a conversation that is not shown. */
  private news = ''
  private keyShown = true

  /** @param signal - Ends following. */
  constructor(deps: ChatDeps, signal: AbortSignal) {
    super()
    const { messenger, probe, own } = deps
    const changed = (): void => this.changed()
    this.deps = deps
    this.messenger = messenger
    this.signal = signal
    this.address = addressOf(messenger.identity)
    this.contacts = new Contacts(own, changed)
    this.servers = new Servers({ messenger, own, probe, signal, changed })
    this.shown = new Talks(own, changed)
    const trouble = (error: unknown): void => this.servers.trouble(error)
    const isBusy = (key: string): boolean => this.shown.get(key)?.room.live.conversation.isBusy ?? false
    this.echoes = new Echoes({ talks: this.shown, own, address: this.address, isBusy, trouble })
  }

  /** Follows until the signal aborts. @throws what the messenger's store rejects with. */
  async run(): Promise<void> {
    const { messenger, signal, deps } = this
    await Promise.all([this.contacts.open(), this.servers.open(), this.shown.open()])
    this.keyShown = await deps.own.keyShown.get()
    for (const room of messenger.conversations) this.shown.of(room)
    await this.echoes.open()
    document.addEventListener('visibilitychange', () => void this.shown.see(), { signal })
    const look = setInterval(() => void this.settle(), settledEveryMs)
    try {
      for await (const event of messenger.watch({ signal })) await this.take(event)
    } finally {
      clearInterval(look)
    }
  }

  /** Conversations, the one where something was last said first. */
  get talks(): readonly Talk[] {
    for (const room of this.messenger.conversations) this.shown.of(room)
    return this.shown.all
  }

  get requests(): readonly RequestEvent[] {
    return [...this.asking.values()]
  }

  get openTalk(): Talk | undefined {
    return this.shown.shown
  }

  get announcement(): string {
    return this.news
  }

  /** Whether the recovery key was never shown: who loses this browser's data would lose the account. */
  get mustKeepKey(): boolean {
    return !this.keyShown
  }

  async showedKey(): Promise<void> {
    this.keyShown = true
    this.changed()
    await this.deps.own.keyShown.set(true)
  }

  async open(key: string | undefined): Promise<void> {
    await this.shown.show(key)
    const talk = this.openTalk
    if (talk === undefined) return
    await this.readHistory(talk)
    await this.settle()
  }

  async register(): Promise<void> {
    await this.messenger.registerInstallation()
    this.changed()
  }

  async begin(to: readonly `0x${string}`[], title: string, words: string): Promise<void> {
    const room = await this.messenger.createGroup({ to, title, text: words })
    await this.open(this.shown.of(room).key)
  }

  async accept(request: RequestEvent): Promise<void> {
    const room = await request.accept()
    this.asking.delete(request.number)
    if (request.kind === 'conversation') await this.open(this.shown.of(room).key)
    this.changed()
  }

  async decline(request: RequestEvent): Promise<void> {
    await request.decline()
    this.asking.delete(request.number)
    this.changed()
  }

  /** Says something; it is shown at once, and where it stands in the record as soon as it does. */
  say({ key, room }: Talk, words: string): Promise<void> {
    return this.echoes.say(key, { type: 'text/1', text: words }, () => room.send(text(words)))
  }

  async sendFile({ key, room }: Talk, file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const mime = file.type === '' ? 'application/octet-stream' : file.type
    const shown = { type: 'other', name: 'attachment/1', body: new Uint8Array(0) } as const
    await this.echoes.say(key, shown, () => room.sendAttachment({ bytes, name: file.name, mime }), file.name)
  }

  /** Says again what was not sent. */
  retry({ key, room }: Talk, item: SaidItem): Promise<void> {
    const words = item.content.type === 'text/1' ? item.content.text : item.fallback
    return this.echoes.retry(key, item, () => room.send(text(words)))
  }

  giveUp({ key }: Talk, item: SaidItem): Promise<void> {
    return this.echoes.giveUp(key, item)
  }

  verify({ room }: Talk): Promise<Verified> {
    return verifiedOf(this.messenger, room)
  }

  devices(): Promise<readonly OwnDevice[]> {
    return this.messenger.listInstallations()
  }

  /** Who it is, to this user. */
  wordFor(identity: Uint8Array): string {
    const address = addressOf(identity)
    return address === this.address ? 'You' : this.contacts.nameOf(address)
  }

  /** What a conversation is called: by its title, or by who is in it. */
  titleOf({ room }: Talk): string {
    if (room.title !== '') return room.title
    const others = [...room.members.map(({ identity }) => identity), ...room.invited]
      .map((identity) => this.wordFor(identity))
      .filter((word) => word !== 'You')
    return listed(others) || 'Conversation'
  }

  private async take(event: WatchedEvent): Promise<void> {
    if (event.type === 'request') {
      this.asking.set(event.number, event)
      this.news = event.kind === 'device' ? 'Your other device lets this one in' : 'Somebody wants to talk to you'
      this.changed()
    } else if (event.type === 'withheld') this.servers.take(event)
    else await this.takeOfTalk(event)
  }

  private async takeOfTalk(event: Exclude<WatchedEvent, { type: 'request' | 'withheld' }>): Promise<void> {
    const talk = this.shown.of(event.conversation)
    const { key } = talk
    if (event.type === 'gap') this.shown.countGaps(key, 1)
    if (event.type === 'gapClosed') this.shown.countGaps(key, -1)
    if (event.type === 'joined') await this.readHistory(talk)
    if (event.type === 'message' && event.content.type === 'receipt/1') return
    if (event.type === 'message' && event.content.type === 'reaction/1')
      return this.shown.react(key, addressOf(event.content.to), addressOf(event.sender.identity), event.content)
    const { address } = this
    const looking = { address, wordFor: (identity: Uint8Array) => this.wordFor(identity), last: talk.items.at(-1) }
    const item = itemOf(event, event.cursor, looking)
    if (item === undefined) return this.changed()
    if (item.kind === 'said' && item.mine) await this.echoes.settle(key, item)
    if (item.kind === 'said' && !item.mine && key !== this.openTalk?.key)
      this.news = `${this.contacts.nameOf(item.author)} wrote in ${this.titleOf(talk)}`
    this.shown.put(key, item)
    if (key === this.openTalk?.key) await this.shown.see()
  }

  /** What another device of this identity had before this one was let in. */
  private async readHistory({ key, room }: Talk): Promise<void> {
    for (const message of await this.messenger.history({ conversation: room })) {
      if (this.shown.get(key)?.items.some((item) => item.key === `said/${message.position}`)) continue
      const archived = archivedContent(message)
      if (archived === undefined) continue
      const { content } = archived
      if (content.type === 'reaction/1')
        this.shown.react(key, addressOf(content.to), addressOf(message.identity), content)
      const item = archivedItem(message, archived, this.address)
      if (item !== undefined) this.shown.put(key, item)
    }
  }

  /** Looks how far the open conversation is settled. */
  private async settle(): Promise<void> {
    const talk = this.openTalk
    if (talk === undefined || this.signal.aborted) return
    if (!talk.room.live.conversation.isBusy) this.echoes.miss(talk.key)
    const { node } = this.deps
    const settled = node && (await settledOf(node, talk, this.signal))
    if (settled !== undefined) this.shown.settle(talk.key, settled)
  }
}
