import { type Bytes20, type MemberKey, Role } from '@parley/protocol/light'
import { type Draft, encodePayload, type Payload, readPayload } from '../codec/payload.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { notAMember } from '../conversation/unsaid.ts'
import type { EngineEvent } from '../engine/events.ts'
import { MessagingError } from '../faults.ts'
import type { Random } from '../keys/installation.ts'
import { messagingLimits } from '../limits.ts'
import type { MemberLeaf } from '../mls/leaf.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { doDue, turnOf } from './due.ts'

/** What a conversation lives by. */
export interface LiveDeps {
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  /** Is told whenever something may have happened. */
  readonly changed?: () => void
  /** Nothing is said while a device is in the group that the directory does not have. */
  readonly strict?: boolean
  /** Is told that the directory does not answer. */
  readonly warn?: (error: unknown) => void
}

/** Something that happened. Messages that are no payload come without one. */
export interface LiveEvent {
  /** Where to go on after it; keep it with what was made of the event. */
  readonly cursor: number
  readonly event: EngineEvent
  readonly payload: Payload | undefined
}

/** Milliseconds between looks for what is due by time alone. */
const tickMs = 5_000
/** Milliseconds after which acknowledging is tried again. */
const ackAgainMs = 60_000

/** A conversation that runs: it follows the log, does by itself what its rules want, and may be spoken and listened to meanwhile. */
export class LiveConversation {
  readonly conversation: Conversation
  private readonly deps: LiveDeps
  private turn: Promise<unknown> = Promise.resolve()
  private readonly listeners = new Set<() => void>()
  /** Acknowledging goes on beside everything else: a slow store keeps nobody waiting. */
  private acking: Promise<void> | undefined
  private ackAfter = 0n
  /** The record was read up to what the L3 had when this began: until then the own keys may be older than what was said with them. */
  private isCurrent = false
  private target: bigint | undefined

  constructor(conversation: Conversation, deps: LiveDeps) {
    this.conversation = conversation
    this.deps = deps
  }

  /**
   * Follows the log until `signal` aborts, with whose reason it rejects.
   * @throws what the interfaces reject with; it may be run again, and goes on where it was.
   */
  async run(signal: AbortSignal): Promise<never> {
    const { log, clock } = this.deps
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const entries = log.follow(this.conversation.own.place, this.conversation.state.record, either)
    const source = entries[Symbol.asyncIterator]()
    const upcoming = (): ReturnType<typeof source.next> => {
      const next = source.next()
      // It may fail while something else is waited for; it is told when its turn comes.
      next.catch(() => undefined)
      return next
    }
    let next = upcoming()
    let isAtEnd = false
    try {
      for (;;) {
        const result = await firstOf(next, clock, signal)
        signal.throwIfAborted()
        if (result?.done === true)
          throw new MessagingError({ code: 'LOG_GAP', ...this.conversation.state.record.cursor })
        if (result !== undefined) {
          await this.alone(() => this.conversation.take(result.value, signal))
          isAtEnd = result.value.kind === 'end'
          next = upcoming()
        }
        if (isAtEnd && !this.isCurrent) this.isCurrent = await this.hasReached(signal)
        if (isAtEnd) await this.tend(signal)
        if (isAtEnd) this.acknowledge(either)
        this.tellListeners()
      }
    } finally {
      over.abort()
      // Whatever the source was about to say, or fails with now, is asked for again next time.
      source.return?.().catch(() => undefined)
      await this.acking
    }
  }

  /** Stores a message, and sends it at once if it can be sent. @returns its name. @throws {MessagingError} `INSTALLATION_REVOKED`, `NOT_A_MEMBER`. */
  async send({ type, body, fallback }: Draft, signal: AbortSignal): Promise<Uint8Array> {
    await this.assertLive(signal)
    const id = this.deps.random(16)
    await this.alone(async () => {
      const { cursor, head } = this.conversation.state.record
      const seen = { ...cursor, head }
      await this.conversation.sayLater(encodePayload({ id, type, seen, sentAt: this.deps.clock.now(), fallback, body }))
    })
    await this.tend(signal)
    if (this.conversation.hasUnsaid) await this.assertStanding(signal)
    return id
  }

  /** Refuses what only members can do. @throws {MessagingError} `NOT_A_MEMBER`. */
  assertMember(): void {
    const { own, isRemoved, isShutOut } = this.conversation
    if (isRemoved) throw notAMember(own.slot, 'removed')
    if (isShutOut) throw notAMember(own.slot, 'shut out')
  }

  /** What could not be sent is not kept if the L3 took this device's slot away, though this device did not read that yet. */
  private async assertStanding(signal: AbortSignal): Promise<void> {
    const { log, warn } = this.deps
    const { own } = this.conversation
    let role: number | undefined
    try {
      role = (await log.standing(own.place, signal)).members[own.slot]?.role
    } catch (error) {
      // It is stored: the record will say.
      if (signal.aborted) throw error
      warn?.(error)
      return
    }
    if (role !== Role.none) return
    await this.alone(() => this.conversation.unsay())
    throw notAMember(own.slot, 'removed')
  }

  /** Does what is due now. */
  attend(signal: AbortSignal): Promise<void> {
    return this.tend(signal)
  }

  /** A key to exchange the slot's for. */
  nextKey(): Promise<MemberKey> {
    return this.alone(() => this.conversation.nextKey())
  }

  /** Goes on with a key that another device of the slot exchanged the slot's for. */
  adoptKey(key: MemberKey): Promise<void> {
    return this.alone(() => this.conversation.adoptKey(key))
  }

  /** Goes on with another slot, for the own one was taken away. */
  comeBack(slot: number, key: MemberKey): Promise<void> {
    return this.alone(() => this.conversation.comeBack(slot, key))
  }

  /** Remembers who has a slot, so that it is let in once it asks. */
  introduce(slot: number, identity: Bytes20): Promise<void> {
    return this.alone(() => this.conversation.introduce(slot, identity))
  }

  /** What happened from a cursor on, each event once: first what is stored, then what comes, until `signal` aborts. */
  async *watch(from: number, signal: AbortSignal): AsyncGenerator<LiveEvent, void, undefined> {
    for (let number = from; !signal.aborted; ) {
      const woken = this.nextChange(signal)
      const event = await this.conversation.event(number)
      if (event === undefined) await woken
      else {
        number += 1
        yield { cursor: number, event, payload: payloadOf(event) }
      }
    }
  }

  /** Refuses to speak from a device that was revoked, and, if so wanted, to devices that were. */
  private async assertLive(signal: AbortSignal): Promise<void> {
    const { strict = false, warn } = this.deps
    this.assertMember()
    let revoked: readonly MemberLeaf[]
    try {
      revoked = await this.conversation.revoked(signal)
    } catch (error) {
      if (strict || signal.aborted) throw error
      warn?.(error)
      return
    }
    const against = strict ? revoked : revoked.filter((leaf) => this.conversation.isOwn(leaf))
    if (against.length === 0) return
    throw new MessagingError({
      code: 'INSTALLATION_REVOKED',
      installations: against.map(({ installation }) => installation),
    })
  }

  private async hasReached(signal: AbortSignal): Promise<boolean> {
    const { log, warn } = this.deps
    const { own, state } = this.conversation
    try {
      this.target ??= (await log.standing(own.place, signal)).messageCount
      return state.record.cursor.messages >= this.target
    } catch (error) {
      if (signal.aborted) throw error
      warn?.(error)
      return false
    }
  }

  private acknowledge(signal: AbortSignal): void {
    const { conversation, deps } = this
    if (this.acking !== undefined || !conversation.mustAck || deps.clock.now() < this.ackAfter) return
    this.acking = this.acknowledgeAll(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) deps.warn?.(error)
      })
      .finally(() => {
        this.acking = undefined
      })
  }

  /** Until all is acknowledged, or a store does not take it: that is tried again after a while. */
  private async acknowledgeAll(signal: AbortSignal): Promise<void> {
    const { conversation, deps } = this
    while (conversation.mustAck) {
      const tried = await conversation.acknowledge(signal)
      await this.alone(() => conversation.acknowledged(tried))
      if (!tried.some(({ tries }) => tries < messagingLimits.ackTries)) continue
      this.ackAfter = deps.clock.now() + BigInt(ackAgainMs)
      return
    }
  }

  /** Does all that is due, and posts what waits. */
  private async tend(signal: AbortSignal): Promise<void> {
    if (!this.isCurrent) return
    const { clock } = this.deps
    const turn = turnOf(this.conversation)
    await this.alone(() => this.conversation.post(signal))
    let isTurn = turn === 0
    const { strict = false, warn = () => undefined } = this.deps
    const minding = { strict, warn }
    while (await this.alone(() => doDue(this.conversation, clock, isTurn, minding, signal)))
      await this.alone(() => this.conversation.post(signal))
    const { stale, asking } = this.conversation
    if (isTurn || (stale.length === 0 && asking.length === 0)) return this.tellListeners()
    // Others may do it first: whoever sees that in the log has nothing to do any more.
    await clock.wait(turn, signal)
    isTurn = true
    if (await this.alone(() => doDue(this.conversation, clock, isTurn, minding, signal)))
      await this.alone(() => this.conversation.post(signal))
    this.tellListeners()
  }

  /** One step at a time: each works on the state that the one before wrote. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => undefined)
    return result
  }

  private tellListeners(): void {
    this.deps.changed?.()
    for (const listener of [...this.listeners]) listener()
  }

  private nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.listeners.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.listeners.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

/** What comes next; undefined when nothing does for a while. */
async function firstOf<T>(next: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | undefined> {
  const round = new AbortController()
  const tick = clock.wait(tickMs, AbortSignal.any([round.signal, signal])).then(
    () => undefined,
    () => undefined,
  )
  try {
    return await Promise.race([next, tick])
  } finally {
    round.abort()
  }
}

export function payloadOf(event: EngineEvent): Payload | undefined {
  return event.type === 'message' || event.type === 'unsaid' ? readPayload(event.plaintext) : undefined
}
