import type { MessageContent } from '@parley/messaging'
import type { OwnData, WaitingText } from '../session/own-data.ts'
import { isPassing } from './fault-words.ts'
import type { SaidItem } from './talk.ts'
import type { Talks } from './talks.ts'

type Pending = NonNullable<SaidItem['pending']>

export interface EchoesDeps {
  readonly talks: Talks
  readonly own: OwnData
  readonly address: string
  /** Whether anything of a conversation is stored to be sent. */
  readonly isBusy: (talk: string) => boolean
  /** Is told that a server did not answer. */
  readonly trouble: (error: unknown) => void
}

/** What was said here and is not in the record yet. Texts are kept, so that a page that is opened again still shows them. */
export class Echoes {
  private readonly deps: EchoesDeps
  private readonly keptAs = new Map<string, WaitingText>()
  private readonly again = new Map<string, () => Promise<unknown>>()
  private readonly underWay = new Set<string>()
  /** Looked lost the last time. */
  private doubted: ReadonlySet<string> = new Set()
  private count = 0

  constructor(deps: EchoesDeps) {
    this.deps = deps
  }

  /** Shows what was kept when the page was closed. */
  async open(): Promise<void> {
    for (const each of await this.deps.own.waiting.get()) {
      const echo = this.echo({ type: 'text/1', text: each.text }, '', each.time)
      this.keptAs.set(echo.key, each)
      this.deps.talks.put(each.talk, echo)
    }
  }

  /**
   * Shows something at once, and sends it.
   * @throws what `send` rejects with, unless it is sent by itself once servers answer again.
   */
  async say(talk: string, content: MessageContent, send: () => Promise<unknown>, fallback = ''): Promise<void> {
    const echo = this.echo(content, fallback, Date.now())
    this.again.set(echo.key, send)
    this.deps.talks.put(talk, echo)
    if (content.type === 'text/1') {
      this.keptAs.set(echo.key, { talk, text: content.text, time: echo.time })
      await this.keep()
    }
    await this.send(talk, echo)
  }

  /** Says again what was not sent. */
  async retry(talk: string, item: SaidItem, send: () => Promise<unknown>): Promise<void> {
    const { again } = this
    again.set(item.key, again.get(item.key) ?? send)
    this.pend(talk, item, 'waiting')
    await this.send(talk, item)
  }

  /** Gives up what was not sent. */
  async giveUp(talk: string, item: SaidItem): Promise<void> {
    await this.forget(talk, item)
  }

  /** Something is in the record: its echo goes, the oldest one that says the same. */
  async settle(talk: string, { content }: SaidItem): Promise<void> {
    const isSame = (each: SaidItem): boolean => {
      if (content.type === 'text/1') return each.content.type === 'text/1' && each.content.text === content.text
      return each.content.type === 'other' && each.content.name === content.type
    }
    const echo = this.of(talk).find(isSame)
    if (echo !== undefined) await this.forget(talk, echo)
  }

  /** Nothing of a conversation is stored to be sent: what looks twice as if it were was lost before. */
  miss(talk: string): void {
    const lost = this.of(talk).filter(({ key, pending }) => pending === 'waiting' && !this.underWay.has(key))
    for (const echo of lost) if (this.doubted.has(echo.key)) this.pend(talk, echo, 'failed')
    this.doubted = new Set(lost.map(({ key }) => key))
  }

  private async send(talk: string, echo: SaidItem): Promise<void> {
    this.underWay.add(echo.key)
    try {
      await this.again.get(echo.key)?.()
      this.pend(talk, echo, 'accepted')
    } catch (error) {
      // What is stored is sent by itself once servers answer again; anything else is over.
      if (isPassing(error) && this.deps.isBusy(talk)) return this.deps.trouble(error)
      this.pend(talk, echo, 'failed')
      throw error
    } finally {
      this.underWay.delete(echo.key)
    }
  }

  private echo(content: MessageContent, fallback: string, time: number): SaidItem {
    this.count += 1
    return {
      kind: 'said',
      key: `echo/${this.count}`,
      id: '',
      position: undefined,
      author: this.deps.address,
      mine: true,
      verified: true,
      time,
      content,
      fallback,
      pending: 'waiting',
    }
  }

  private of(talk: string): readonly SaidItem[] {
    const items = this.deps.talks.get(talk)?.items ?? []
    return items.filter((item): item is SaidItem => item.kind === 'said' && item.position === undefined)
  }

  private pend(talk: string, echo: SaidItem, pending: Pending): void {
    if (this.of(talk).some(({ key }) => key === echo.key)) this.deps.talks.put(talk, { ...echo, pending })
  }

  private async forget(talk: string, echo: SaidItem): Promise<void> {
    this.deps.talks.drop(talk, echo)
    this.again.delete(echo.key)
    if (this.keptAs.delete(echo.key)) await this.keep()
  }

  private keep(): Promise<void> {
    return this.deps.own.waiting.set([...this.keptAs.values()])
  }
}
