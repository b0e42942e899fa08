import type { FeedPlace, PushKind } from '@parley/api'
import { type Clock, firstOf, Pulse } from '@parley/runtime'
import type { Logger } from 'pino'
import type { PushMetrics } from '../metrics.ts'
import type { PushSettings } from '../options.ts'
import type { Registrations } from '../registrations/registrations.ts'
import type { Outcome, PushService, PushServices, Target } from '../targets/target.ts'

export interface WakerDeps {
  readonly registrations: Registrations
  readonly services: PushServices
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<PushMetrics, 'wakes'>
}

/** How one registration stands. */
interface Waking {
  /** Not before this moment. Milliseconds since 1970. */
  notBefore: number
  isUnderWay: boolean
  /** Failures in a row. */
  refusals: number
}

/** Milliseconds between looks for what may be sent by now, and for what has expired. */
const lookEveryMs = 1_000
const expireEveryMs = 60_000
/** Milliseconds after which what failed is sent again, when the service does not say. */
const againMs = 60_000
/** A service that asks for more than this is asked sooner. */
const longestWaitMs = 3_600_000

/** Wakes registrations, each at most so often: what happens in between is one wake-up. */
export class Waker {
  private readonly states = new Map<string, Waking>()
  /** Registrations that are woken as soon as there is room, and those that were woken a moment ago. */
  private readonly ready = new Set<string>()
  private readonly later = new Set<string>()
  private underWay = 0
  private readonly changed = new Pulse()
  /** Rejects with what keeping registrations failed by. */
  private readonly broken = Promise.withResolvers<never>()
  private readonly deps: WakerDeps
  private readonly settings: PushSettings

  constructor(deps: WakerDeps, settings: PushSettings) {
    this.deps = deps
    this.settings = settings
    // Whoever runs it is told.
    this.broken.promise.catch(() => undefined)
  }

  /** Registrations that are due, and wake-ups under way. */
  get waiting(): number {
    return this.ready.size + this.later.size + this.underWay
  }

  /** Something happened in a conversation. */
  touched(place: FeedPlace): void {
    for (const name of this.deps.registrations.of(place)) this.mark(name)
  }

  /** Something may have happened in any. */
  touchedAll(): void {
    for (const name of this.deps.registrations.names()) this.mark(name)
  }

  /** Runs until `signal`, and resolves when nothing is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, registrations } = this.deps
    let [lookedAt, expiredAt] = [clock.elapsed(), clock.elapsed()]
    while (!signal.aborted) {
      const changed = this.changed.next()
      const now = clock.elapsed()
      if (now - expiredAt >= expireEveryMs) {
        expiredAt = now
        await registrations.expire(BigInt(clock.now()))
        for (const name of this.states.keys()) if (registrations.get(name) === undefined) this.forget(name)
      }
      if (now - lookedAt >= lookEveryMs) {
        lookedAt = now
        this.lookAtLater(clock.now())
      }
      this.sendReady(clock.now(), signal)
      await this.pause(changed, signal)
    }
    while (this.underWay > 0) await this.changed.next()
  }

  /** Until something changed, or it is time to look again. */
  private async pause(changed: Promise<void>, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const look = this.deps.clock.sleep(lookEveryMs, over.signal)
    // It loses the race, or ends it.
    look.catch(() => undefined)
    try {
      await firstOf([changed, look, this.broken.promise], signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      over.abort()
    }
  }

  private mark(name: string): void {
    const state = this.states.get(name) ?? { notBefore: 0, isUnderWay: false, refusals: 0 }
    this.states.set(name, state)
    if (this.ready.has(name) || this.later.has(name)) return
    if (state.isUnderWay || this.deps.clock.now() < state.notBefore) {
      this.later.add(name)
      return
    }
    this.ready.add(name)
    this.changed.beat()
  }

  private lookAtLater(now: number): void {
    for (const name of this.later) {
      const { isUnderWay, notBefore } = this.states.get(name) as Waking
      if (isUnderWay || now < notBefore) continue
      this.later.delete(name)
      this.ready.add(name)
    }
  }

  private forget(name: string): void {
    this.states.delete(name)
    this.ready.delete(name)
    this.later.delete(name)
  }

  private sendReady(now: number, signal: AbortSignal): void {
    for (const name of this.ready) {
      if (this.underWay >= this.settings.sendAtOnce) return
      this.ready.delete(name)
      const registered = this.deps.registrations.get(name)
      if (registered === undefined || registered.expires <= BigInt(now)) {
        this.forget(name)
        continue
      }
      const state = this.states.get(name) as Waking
      state.isUnderWay = true
      state.notBefore = now + this.settings.everyMs
      this.underWay += 1
      this.send(name, registered.target, state, signal)
        .catch((error: unknown) => this.broken.reject(error))
        .finally(() => {
          state.isUnderWay = false
          this.underWay -= 1
          this.changed.beat()
        })
    }
  }

  private async send(name: string, target: Target, state: Waking, signal: AbortSignal): Promise<void> {
    const { clock, log, metrics, registrations } = this.deps
    const outcome = await this.outcomeOf(target, signal)
    if (outcome === undefined) return
    const { kind } = outcome
    metrics.wakes.inc({ kind: target.kind, outcome: kind })
    if (kind === 'taken') state.refusals = 0
    else if (kind === 'later') {
      const waitMs = Math.min(outcome.afterMs ?? againMs, longestWaitMs)
      state.notBefore = Math.max(state.notBefore, clock.now() + waitMs)
      if (registrations.get(name) !== undefined) this.mark(name)
    } else {
      state.refusals += 1
      log.debug({ kind: target.kind, outcome }, 'a device cannot be woken')
      if (kind === 'gone' || state.refusals >= this.settings.maxRefusals) await this.end(name)
    }
  }

  private async end(name: string): Promise<void> {
    await this.deps.registrations.remove(name)
    this.forget(name)
  }

  /** Undefined when it is to end. */
  private async outcomeOf({ kind, value }: Target, signal: AbortSignal): Promise<Outcome | undefined> {
    const service = this.deps.services[kind as PushKind] as PushService | undefined
    // What an operator no longer offers stays registered until it expires.
    if (service === undefined) return { kind: 'later', reason: 'it is not configured', afterMs: longestWaitMs }
    try {
      return await service.wake(value, signal)
    } catch (error) {
      if (signal.aborted) return undefined
      // Connections fail in many ways, all of them of who is to be reached: what is a defect of this process shows in the log.
      this.deps.log.debug({ err: error, kind }, 'a push service cannot be reached')
      return { kind: 'later', reason: (error as Error).message }
    }
  }
}
