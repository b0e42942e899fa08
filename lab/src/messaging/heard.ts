import type { Messenger, WatchedEvent } from '@parley/messaging'

type Kind = WatchedEvent['type']
type EventOf<T extends Kind> = Extract<WatchedEvent, { type: T }>

/** What a messenger was told, kept, and waited for. */
export class Heard {
  readonly events: WatchedEvent[] = []
  /** Rejects when the messenger cannot be watched any more. */
  readonly failed: Promise<never>
  private readonly looking = new Set<() => void>()

  constructor(messenger: Messenger, signal: AbortSignal) {
    const { promise, reject } = Promise.withResolvers<never>()
    this.failed = promise
    promise.catch(() => undefined)
    this.follow(messenger, signal).catch((error: unknown) => {
      // What a device is told while its store is closed is nobody's affair.
      if (!signal.aborted) reject(error)
    })
  }

  private async follow(messenger: Messenger, signal: AbortSignal): Promise<void> {
    for await (const event of messenger.watch({ signal })) {
      this.events.push(event)
      for (const look of [...this.looking]) look()
    }
  }

  /** The first event that is looked for, as it was or once it comes. @param from - Events to leave out. */
  async first<T extends Kind>(
    type: T,
    signal: AbortSignal,
    fits: (event: EventOf<T>) => boolean = () => true,
    from = 0,
  ): Promise<EventOf<T>> {
    for (;;) {
      const found = this.events.slice(from).find((event) => event.type === type && fits(event as EventOf<T>))
      if (found !== undefined) return found as EventOf<T>
      await Promise.race([this.next(signal), this.failed])
    }
  }

  /** A text that somebody said. */
  text(said: string, signal: AbortSignal): Promise<EventOf<'message'>> {
    return this.first('message', signal, ({ content }) => content.type === 'text/1' && content.text === said)
  }

  /** Texts that others said, in the order in which they came. */
  get texts(): readonly string[] {
    return this.events.flatMap((event) =>
      event.type === 'message' && event.content.type === 'text/1' && !event.sender.own ? [event.content.text] : [],
    )
  }

  /** How many of some texts others said. */
  countOf(said: readonly string[]): number {
    return this.texts.filter((each) => said.includes(each)).length
  }

  private next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.looking.delete(done)
        signal.removeEventListener('abort', fail)
        resolve()
      }
      const fail = (): void => {
        this.looking.delete(done)
        reject(signal.reason)
      }
      signal.throwIfAborted()
      this.looking.add(done)
      signal.addEventListener('abort', fail, { once: true })
    })
  }
}
