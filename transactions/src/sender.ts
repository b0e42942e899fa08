import { raceAbort, Turns } from '@parley/runtime'
import { hexToBytes } from 'viem'
import { createAttempts } from './attempts.ts'
import type { Broadcast, Fees } from './chain.ts'
import { abandoned, TransactionError } from './faults.ts'
import { createLookLoop, type LookLoop } from './look-loop.ts'
import { createLook } from './looking.ts'
import { nextNonce } from './nonces.ts'
import type { SendRequest } from './payload.ts'
import type { SenderContext, SenderDeps, SendingOptions } from './sender-context.ts'
import { lastAttempt, type Sent } from './sent.ts'
import { isTakenBack } from './taken-back.ts'
import { type Confirmed, type Tracked, tell, track } from './tracked.ts'
import { byKey, createUnderWay, type UnderWay } from './under-way.ts'

/** The only sender of one account, of one kind of payload. */
export interface Sender<C, F extends Fees, R extends SendRequest> {
  /** Whether a transaction of this key is on its way. */
  isPending(key: string): boolean
  /** Transactions that are not settled: on their way, or confirmed and still watched. */
  unsettled(): Sent<C, F>[]
  /** What is under way or remembered of a key; undefined when a request of it would be sent, as after a reorg took it back for good. */
  find(key: string, signal: AbortSignal): Promise<Sent<C, F> | undefined>
  /**
   * Sends and waits for the confirmations. A transaction that was stored goes on after `signal` has aborted.
   * @throws {TransactionError} `TRANSACTION_REFUSED`, `TRANSACTION_FAILED`, `NONCE_TAKEN`, `FEES_TOO_HIGH`, `SENDER_FULL`,
   * `CHAIN_BEHIND`, `CHAIN_UNAVAILABLE`; and what its chain, store and payload throw.
   */
  send(request: R, signal: AbortSignal): Promise<Confirmed<C, F>>
  /** As `send`, in two: resolves to the wait for the confirmations once the transaction is stored. */
  begin(request: R, signal: AbortSignal): Promise<Wait<C, F>>
  /**
   * Gives a transaction up: its nonce is used up by what does nothing, and whoever waits for it gets `TRANSACTION_ABANDONED`.
   * What was never stored has ended already.
   * @throws {TransactionError} `TRANSACTION_REFUSED`, `CHAIN_UNAVAILABLE`; what its chain, store and payload throw: it goes on.
   */
  abandon(key: string, signal: AbortSignal): Promise<Ending<C, F>>
  /** Stops looking; what is on its way is taken up again by the next sender of the same store. */
  close(): Promise<void>
}

/** How a transaction ended that was given up. */
export interface Ending<C, F extends Fees> {
  /** Left out when it never will be included. */
  readonly confirmed?: Confirmed<C, F>
  /** What using up its nonce cost. */
  readonly costWei: bigint
}

/** Waits for the confirmations of a transaction that is stored. */
export type Wait<C, F extends Fees> = (signal: AbortSignal) => Promise<Confirmed<C, F>>

const broadcastTries = 3

/**
 * Takes up what an earlier run left on its way and starts sending.
 * @throws what the store throws.
 */
export async function openSender<C, F extends Fees, R extends SendRequest>(
  deps: SenderDeps<C, F, R>,
  options: SendingOptions,
): Promise<Sender<C, F, R>> {
  const sender = new PersistentSender(deps, options)
  await sender.resume()
  return sender
}

class PersistentSender<C, F extends Fees, R extends SendRequest> implements Sender<C, F, R> {
  readonly #context: SenderContext<C, F, R>
  readonly #underWay: UnderWay<C, F> = createUnderWay()
  readonly #places: Turns
  /** Of whoever changes what is under way. */
  readonly #turn = new Turns(1)
  readonly #closing = new AbortController()
  readonly #loop: LookLoop

  constructor(deps: SenderDeps<C, F, R>, options: SendingOptions) {
    const { payload, clock, log } = deps
    const { pending, watched } = this.#underWay
    this.#context = { ...deps, options, attempts: createAttempts(payload, clock) }
    this.#places = new Turns(options.maxPending)
    const look = createLook(this.#context, this.#underWay)
    this.#loop = createLookLoop(
      {
        clock,
        log,
        look: (signal) => this.#turn.take(() => look(signal), signal),
        isDue: () => pending.size + watched.size > 0,
        onFailing: (error) => {
          if (payload.rules.refused === 'keep') for (const one of pending) tell(one, error)
        },
      },
      options.pollMs,
    )
  }

  async resume(): Promise<void> {
    const { store, log } = this.#context
    const { watched } = this.#underWay
    for (const sent of await store.unsettled()) {
      const { key, nonce, inclusion } = sent
      log.info({ key, nonce }, 'transaction taken up again')
      if (inclusion === undefined) {
        this.#track(sent, this.#places.isFull ? undefined : await this.#places.enter(this.#closing.signal))
        continue
      }
      const one = track(sent)
      one.settled.resolve({ sent, inclusion, receipt: undefined })
      watched.add(one)
    }
    this.#loop.wake()
  }

  isPending(key: string): boolean {
    return byKey(this.#underWay.pending, key) !== undefined
  }

  unsettled(): Sent<C, F>[] {
    const { pending, watched } = this.#underWay
    return [...pending, ...watched].map(({ sent }) => sent)
  }

  async find(key: string, signal: AbortSignal): Promise<Sent<C, F> | undefined> {
    return this.#tracked(key)?.sent ?? (await this.#remembered(key, signal))
  }

  /** As it is stored, as long as it counts. */
  async #remembered(key: string, signal: AbortSignal): Promise<Sent<C, F> | undefined> {
    const sent = await this.#context.store.load?.(key)
    if (sent === undefined || this.#isExpired(sent)) return undefined
    return (await isTakenBack(this.#context, sent, signal)) ? undefined : sent
  }

  async send(request: R, signal: AbortSignal): Promise<Confirmed<C, F>> {
    const wait = await this.begin(request, signal)
    return wait(signal)
  }

  async begin(request: R, signal: AbortSignal): Promise<Wait<C, F>> {
    const closing = this.#closing.signal
    const tracked = this.#tracked(request.key)
    if (tracked?.sent.abandoned === true && tracked.sent.inclusion === undefined) throw abandoned(request.key, 0n)
    const { settled } = tracked ?? (await this.#begin(request, AbortSignal.any([signal, closing])))
    return (waiting) => raceAbort(settled.promise, AbortSignal.any([waiting, closing]))
  }

  async abandon(key: string, signal: AbortSignal): Promise<Ending<C, F>> {
    const during = AbortSignal.any([signal, this.#closing.signal])
    const one = await this.#turn.take(() => this.#giveUp(key, during), during)
    if (one === undefined) return { costWei: 0n }
    this.#loop.wake()
    try {
      return { confirmed: await raceAbort(one.settled.promise, during), costWei: 0n }
    } catch (error) {
      if (!(error instanceof TransactionError) || error.fault.code !== 'TRANSACTION_ABANDONED') throw error
      return { costWei: error.fault.costWei }
    }
  }

  /** @returns what is to be waited for; undefined when nothing of it is on its way. */
  async #giveUp(key: string, signal: AbortSignal): Promise<Pick<Tracked<C, F>, 'settled'> | undefined> {
    const { payload, store, log } = this.#context
    if (payload.abandoning === undefined) throw new TypeError('this payload is never given up')
    const joined = this.#tracked(key) ?? (await this.#joinRemembered(key, signal))
    const one = byKey(this.#underWay.pending, key)
    // Nothing of it, or included already.
    if (one === undefined || one.sent.abandoned === true) return joined
    const sent: Sent<C, F> = { ...one.sent, abandoned: true }
    await store.update(sent)
    one.sent = sent
    log.warn({ key, nonce: sent.nonce }, 'transaction given up: its nonce is used up by another')
    tell(one, abandoned(key, 0n))
    return one
  }

  async close(): Promise<void> {
    this.#closing.abort(new TransactionError({ code: 'CHAIN_UNAVAILABLE', reason: 'the sender was closed' }))
    await this.#loop.stop()
    // Whoever is signing has its turn; once it is over nothing is written any more.
    await this.#turn.take(async () => undefined, new AbortController().signal)
  }

  /** Under way, and not gone again. */
  #tracked(key: string): Tracked<C, F> | undefined {
    const { pending, watched } = this.#underWay
    const found = byKey(pending, key) ?? byKey(watched, key)
    return found !== undefined && this.#isExpired(found.sent) ? undefined : found
  }

  #isExpired(sent: Sent<C, F>): boolean {
    return sent.inclusion !== undefined && this.#context.payload.isExpired?.(sent) === true
  }

  async #begin(request: R, signal: AbortSignal): Promise<Pick<Tracked<C, F>, 'settled'>> {
    const { maxWaiting } = this.#context.options
    const waiting = this.#places.length
    if (this.#places.isFull && waiting >= maxWaiting)
      throw new TransactionError({ code: 'SENDER_FULL', waiting, limit: maxWaiting })
    const leave = await this.#places.enter(signal)
    try {
      return await this.#turn.take(async () => {
        const joined = this.#tracked(request.key) ?? (await this.#joinRemembered(request.key, signal))
        if (byKey(this.#underWay.pending, request.key)?.sent.abandoned === true) throw abandoned(request.key, 0n)
        if (joined === undefined) return await this.#sendFirst(request, leave, signal)
        leave()
        return joined
      }, signal)
    } catch (error) {
      leave()
      throw error
    }
  }

  async #joinRemembered(key: string, signal: AbortSignal): Promise<Pick<Tracked<C, F>, 'settled'> | undefined> {
    const sent = await this.#remembered(key, signal)
    if (sent === undefined) return undefined
    if (sent.inclusion === undefined) {
      // Stored by a write that failed all the same: signing it anew would leave its nonce as a gap.
      const tracked = this.#track(sent, undefined)
      this.#loop.wake()
      return tracked
    }
    const { settled } = track(sent)
    settled.resolve({ sent, inclusion: sent.inclusion, receipt: undefined })
    return { settled }
  }

  async #sendFirst(request: R, leave: () => void, signal: AbortSignal): Promise<Tracked<C, F>> {
    const { chain, address, payload, store, attempts, log, ready } = this.#context
    await ready?.(signal)
    const content = await payload.draft(request, signal)
    let nonce = 0
    let last: 'nonceUsed' | 'underpriced' | undefined
    for (let tries = 0; tries < broadcastTries; tries += 1) {
      nonce = await nextNonce(this.#context, this.#underWay, signal)
      const fees = await payload.offer(await chain.head(signal), signal)
      const attempt = await attempts.sign(content, nonce, fees, signal)
      signal.throwIfAborted()
      const sent: Sent<C, F> = { ...content, key: request.key, nonce, attempts: [attempt] }
      await store.add(sent, request)
      if (payload.rules.refused === 'keep') {
        // Nothing is known of it that would free its nonce: it is offered after those before it.
        const tracked = this.#track(sent, leave)
        this.#loop.wake()
        return tracked
      }
      const answer = await this.#broadcast(sent, signal)
      if (answer.kind === 'accepted' || answer.kind === 'unclear') {
        const tracked = this.#track(sent, leave)
        if (answer.kind === 'accepted') tracked.broadcastAt = this.#context.clock.elapsed()
        this.#loop.start()
        return tracked
      }
      // Certain not to be on its way, so its nonce is free again.
      await store.settle(sent)
      if (answer.kind === 'refused') throw new TransactionError({ code: 'TRANSACTION_REFUSED', reason: answer.reason })
      log.warn(
        { nonce, outcome: answer.kind },
        'a transaction was refused at this nonce and these fees; it is sent again',
      )
      last = answer.kind
    }
    if (last === 'underpriced')
      throw new TransactionError({ code: 'CHAIN_UNAVAILABLE', reason: 'it finds the fees that it suggested too low' })
    throw new TransactionError({ code: 'NONCE_TAKEN', address: hexToBytes(address), nonce })
  }

  async #broadcast(sent: Sent<C, F>, signal: AbortSignal): Promise<Broadcast> {
    const { chain, payload, log } = this.#context
    const { key, nonce } = sent
    try {
      const answer = await chain.broadcast(await payload.networkForm(sent, lastAttempt(sent)), signal)
      log.debug({ key, nonce, answer }, 'transaction broadcast')
      return answer
    } catch (error) {
      // No answer says nothing about the transaction, so it counts as on its way and is sent again until it is settled.
      log.warn({ err: error, key, nonce }, 'no answer to a transaction; it is sent again until it is included')
      return { kind: 'unclear', reason: 'no answer' }
    }
  }

  #track(sent: Sent<C, F>, leave: (() => void) | undefined): Tracked<C, F> {
    const { pending, watched } = this.#underWay
    const before = byKey(watched, sent.key)
    // Expired: what was included then is gone, and its record was just written over.
    if (before !== undefined) watched.delete(before)
    const tracked = track(sent, leave)
    pending.add(tracked)
    this.#context.events.pending(pending.size)
    return tracked
  }
}
