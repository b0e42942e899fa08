import type { Bytes20 } from '@parley/protocol/light'
import { isInForce } from '../keys/in-force.ts'
import { payloadOf } from '../live/live.ts'
import type { Context } from './context.ts'
import { type MessengerEvent, roomEventOf } from './events.ts'
import type { Requests } from './requests.ts'
import type { Rooms } from './rooms.ts'
import { SourceCounts, type WatchCursor } from './watch-cursor.ts'

/** Everything that happens, with where to go on after it. */
export type WatchedEvent = MessengerEvent & { readonly cursor: WatchCursor }

/** One iterator over all that happens to a device: what is stored, then what comes. */
export class Watching {
  private readonly context: Context
  private readonly rooms: Rooms
  private readonly requests: Requests

  constructor(context: Context, rooms: Rooms, requests: Requests) {
    this.context = context
    this.rooms = rooms
    this.requests = requests
  }

  async *watch(from: WatchCursor | undefined, signal: AbortSignal): AsyncGenerator<WatchedEvent, void, undefined> {
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
    for (;;) {
      const request = await this.requests.read(counts.of('requests'))
      if (request === undefined) break
      const cursor = counts.next('requests')
      if (request.state === 'open') yield { ...this.requests.eventOf(request), cursor }
    }
    for (;;) {
      const withheld = await this.context.providers.event(counts.of('withheld'))
      if (withheld === undefined) break
      yield { type: 'withheld', ...withheld, cursor: counts.next('withheld') }
    }
    for (const room of this.rooms.all) {
      if (room.kind === 'own') continue
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
    readonly identity: Bytes20
    readonly installation: Uint8Array
  }): Promise<boolean | undefined> {
    const { report, signal } = this.context
    try {
      return await isInForce(this.context, identity, installation, signal)
    } catch (error) {
      report('directory', error)
      return undefined
    }
  }
}
