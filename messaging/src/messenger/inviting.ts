import { backoffMs } from '@parley/runtime'
import type { Context } from './context.ts'
import { keepRunning } from './keep-running.ts'
import type { Requests } from './requests.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'

/** Milliseconds between looks for what is due by time alone. */
const tickMs = 5_000
const backoff = { firstBackoffMs: 5_000, maxBackoffMs: 300_000 }

interface Tried {
  readonly failures: number
  readonly notBefore: bigint
}

/** What becomes of invites by itself: they are delivered once they can be, taken back once they are over, and settled where two crossed. */
export class Inviting {
  private readonly context: Context
  private readonly rooms: Rooms
  private readonly requests: Requests
  private readonly tried = new WeakMap<Room, Tried>()

  constructor(context: Context, rooms: Rooms, requests: Requests) {
    this.context = context
    this.rooms = rooms
    this.requests = requests
  }

  run(): Promise<void> {
    const { clock, signal, report } = this.context
    return keepRunning(
      (either) => this.follow(either),
      clock,
      (error) => report('invites', error),
      signal,
    )
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { clock, changed } = this.context
    while (!signal.aborted) {
      const woken = changed.next()
      await this.requests.settleCrossed()
      for (const room of this.rooms.all) await this.tend(room, signal)
      const round = new AbortController()
      const tick = clock.wait(tickMs, AbortSignal.any([signal, round.signal])).catch(() => undefined)
      await Promise.race([woken, tick])
      round.abort()
    }
  }

  private async tend(room: Room, signal: AbortSignal): Promise<void> {
    const { clock, report } = this.context
    const { failures, notBefore } = this.tried.get(room) ?? { failures: 0, notBefore: 0n }
    if (room.state === 'left' || !room.invites.isDue || clock.now() < notBefore) return
    try {
      await room.invites.expire()
      await room.invites.deliver()
      this.tried.delete(room)
    } catch (error) {
      if (signal.aborted) return
      report('invites', error)
      const again = clock.now() + BigInt(backoffMs(failures, backoff))
      this.tried.set(room, { failures: failures + 1, notBefore: again })
    }
  }
}
