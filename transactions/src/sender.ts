import { SettlementError } from '@parley/protocol'
import { type Clock, raceAbort, Turns } from '@parley/runtime'
import type { Logger } from 'pino'
import { type Address, hexToBytes, type LocalAccount, type TransactionReceipt } from 'viem'
import { type Attempts, createAttempts, lastAttempt, transferGas } from './attempts.ts'
import type { Call, Fees, TransactionChain } from './chain.ts'
import { firstFees, replacementFees } from './fees.ts'
import type { Attempt, PendingTransaction } from './pending.ts'
import type { PendingStore } from './pending-store.ts'
import type { SenderMetrics } from './sender-metrics.ts'
import { checkSenderOptions, type SenderOptions } from './sender-options.ts'
import type { TransactionRequest, TransactionSender } from './transaction-sender.ts'

export interface SenderDeps {
  readonly chain: TransactionChain
  readonly account: LocalAccount
  readonly store: PendingStore
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SenderMetrics
}

/** A pending transaction and who waits for it. */
interface Tracked {
  pending: PendingTransaction
  readonly settled: PromiseWithResolvers<TransactionReceipt>
  readonly leave: () => void
  broadcastAt: number
  takenSince: number | undefined
}

const broadcastTries = 3

/**
 * Takes up what an earlier run left on its way and starts sending.
 * @throws {SettlementError} `RECORD_INVALID`, `OPTION_INVALID`.
 */
export async function openTransactionSender(deps: SenderDeps, options: SenderOptions): Promise<TransactionSender> {
  checkSenderOptions(options)
  const sender = new Sender(deps, options)
  await sender.resume()
  return sender
}

class Sender implements TransactionSender {
  readonly #deps: SenderDeps
  readonly #options: SenderOptions
  readonly #attempts: Attempts
  /** By nonce. */
  readonly #open = new Map<number, Tracked>()
  readonly #places: Turns
  readonly #turn = new Turns(1)
  readonly #closing = new AbortController()
  #watching: Promise<void> | undefined

  constructor(deps: SenderDeps, options: SenderOptions) {
    this.#deps = deps
    this.#options = options
    this.#attempts = createAttempts(deps)
    this.#places = new Turns(options.maxPending)
  }

  get address(): Address {
    return this.#deps.account.address
  }

  isPending(key: string): boolean {
    return this.#byKey(key) !== undefined
  }

  async resume(): Promise<void> {
    for (const pending of await this.#deps.store.load()) {
      this.#deps.log.info({ key: pending.key, nonce: pending.nonce }, 'transaction taken up again')
      this.#track(pending, () => undefined, false)
    }
  }

  async send(request: TransactionRequest, signal: AbortSignal): Promise<TransactionReceipt> {
    const stop = AbortSignal.any([signal, this.#closing.signal])
    const tracked = this.#byKey(request.key) ?? (await this.#begin(request, stop))
    return raceAbort(tracked.settled.promise, stop)
  }

  async close(): Promise<void> {
    this.#closing.abort(new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'the sender was closed' }))
    await this.#watching
    // Whoever is signing has its turn; once it is over nothing is written any more.
    await this.#turn.take(async () => undefined, new AbortController().signal)
  }

  #byKey(key: string): Tracked | undefined {
    for (const tracked of this.#open.values()) if (tracked.pending.key === key) return tracked
    return undefined
  }

  async #begin(request: TransactionRequest, signal: AbortSignal): Promise<Tracked> {
    const waiting = this.#places.length
    if (this.#places.isFull && waiting >= this.#options.maxWaiting)
      throw new SettlementError({ code: 'SENDER_FULL', waiting, limit: this.#options.maxWaiting })
    const leave = await this.#places.enter(signal)
    try {
      return await this.#turn.take(async () => {
        const joined = this.#byKey(request.key)
        if (joined === undefined) return await this.#sendFirst(request, leave, signal)
        leave()
        return joined
      }, signal)
    } catch (error) {
      leave()
      throw error
    }
  }

  async #sendFirst(request: TransactionRequest, leave: () => void, signal: AbortSignal): Promise<Tracked> {
    const { chain, store, log } = this.#deps
    const gas = request.gas ?? this.#withMargin(await chain.estimateGas(this.address, request.call, signal))
    let nonce = 0
    let last: 'nonceUsed' | 'underpriced' | undefined
    for (let tries = 0; tries < broadcastTries; tries += 1) {
      nonce = await this.#nextNonce(signal)
      const fees = firstFees(await chain.fees(signal), this.#options)
      const attempt = await this.#attempts.sign(nonce, request.call, gas, fees)
      const pending: PendingTransaction = { key: request.key, nonce, call: request.call, gas, attempts: [attempt] }
      await store.put(pending)
      const outcome = await this.#attempts.broadcast(pending, signal)
      if (outcome === undefined || outcome.kind === 'accepted')
        return this.#track(pending, leave, outcome !== undefined)
      // Certain not to be on its way, so its nonce is free again.
      await store.delete(nonce)
      if (outcome.kind === 'refused') throw new SettlementError({ code: 'TRANSACTION_REFUSED', reason: outcome.reason })
      log.warn(
        { nonce, outcome: outcome.kind },
        'the L2 refused a transaction at this nonce and these fees; it is sent again',
      )
      last = outcome.kind
    }
    if (last === 'underpriced')
      throw new SettlementError({
        code: 'SETTLEMENT_UNAVAILABLE',
        reason: 'it finds the fees that it suggested too low',
      })
    throw new SettlementError({ code: 'NONCE_TAKEN', address: hexToBytes(this.address), nonce })
  }

  async #nextNonce(signal: AbortSignal): Promise<number> {
    const known = await this.#deps.chain.transactionCount(this.address, 'pending', signal)
    return Math.max(known, ...[...this.#open.keys()].map((nonce) => nonce + 1))
  }

  #withMargin(gas: bigint): bigint {
    return gas + (gas * this.#options.gasMarginPercent) / 100n
  }

  #track(pending: PendingTransaction, leave: () => void, broadcast: boolean): Tracked {
    const settled = Promise.withResolvers<TransactionReceipt>()
    // Nobody may be waiting, as after a restart; a rejection without listener would end the process.
    settled.promise.catch(() => undefined)
    const broadcastAt = broadcast ? this.#deps.clock.elapsed() : Number.NEGATIVE_INFINITY
    const tracked: Tracked = { pending, settled, leave, broadcastAt, takenSince: undefined }
    this.#open.set(pending.nonce, tracked)
    this.#deps.metrics.pending.set({ account: this.address }, this.#open.size)
    this.#watching ??= this.#watch()
    return tracked
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#deps
    const { signal } = this.#closing
    try {
      while (this.#open.size > 0) {
        await clock.sleep(this.#options.pollMs, signal)
        try {
          await this.#look(signal)
        } catch (error) {
          if (signal.aborted) return
          log.warn({ err: error }, 'pending transactions could not be checked; the next check tries again')
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.#watching = undefined
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { chain } = this.#deps
    const head = await chain.headNumber(signal)
    const used = await chain.transactionCount(this.address, 'latest', signal)
    const ordered = [...this.#open.values()].sort((a, b) => a.pending.nonce - b.pending.nonce)
    const oldest = ordered.find(({ pending }) => pending.nonce >= used)
    for (const tracked of ordered) {
      if (tracked.pending.nonce < used) await this.#lookForReceipt(tracked, head, signal)
      else await this.#push(tracked, tracked === oldest, signal)
    }
    if (oldest !== undefined && oldest.pending.nonce > used) await this.#fillGap(used, signal)
  }

  async #lookForReceipt(tracked: Tracked, head: bigint, signal: AbortSignal): Promise<void> {
    const { chain, clock, log } = this.#deps
    for (const attempt of tracked.pending.attempts.toReversed()) {
      const receipt = await chain.receipt(attempt.hash, signal)
      if (receipt === undefined) continue
      tracked.takenSince = undefined
      if (head - receipt.blockNumber + 1n >= BigInt(this.#options.confirmations))
        await this.#settle(tracked, attempt, receipt, signal)
      return
    }
    tracked.takenSince ??= clock.elapsed()
    if (clock.elapsed() - tracked.takenSince < this.#options.takenAfterMs) return
    const { nonce, key } = tracked.pending
    log.error({ nonce, key }, 'nonce taken by a transaction not sent from here')
    await this.#forget(tracked, 'taken')
    tracked.settled.reject(new SettlementError({ code: 'NONCE_TAKEN', address: hexToBytes(this.address), nonce }))
  }

  async #settle(tracked: Tracked, attempt: Attempt, receipt: TransactionReceipt, signal: AbortSignal): Promise<void> {
    const { chain, clock, log, metrics } = this.#deps
    const { key, nonce, call, attempts } = tracked.pending
    const failed = receipt.status === 'reverted'
    const reason = failed ? await chain.failure(this.address, call, receipt.blockNumber, signal) : ''
    await this.#forget(tracked, attempt.cancels ? 'cancelled' : failed ? 'failed' : 'included')
    const tookMs = Math.max(0, clock.now() - (attempts[0] as Attempt).signedAt)
    metrics.inclusion.observe({ account: this.address }, tookMs / 1000)
    log.info({ key, nonce, hash: attempt.hash, block: receipt.blockNumber, failed, tookMs }, 'transaction settled')
    if (attempt.cancels)
      tracked.settled.reject(new SettlementError({ code: 'TRANSACTION_REFUSED', reason: 'cancelled after refusals' }))
    else if (failed)
      tracked.settled.reject(
        new SettlementError({ code: 'TRANSACTION_FAILED', hash: hexToBytes(attempt.hash), reason }),
      )
    else tracked.settled.resolve(receipt)
  }

  async #forget(tracked: Tracked, outcome: string): Promise<void> {
    await this.#deps.store.delete(tracked.pending.nonce)
    this.#open.delete(tracked.pending.nonce)
    tracked.leave()
    this.#deps.metrics.settled.inc({ account: this.address, outcome })
    this.#deps.metrics.pending.set({ account: this.address }, this.#open.size)
  }

  /** Sees to it that a transaction not yet included will be: sends it again or replaces it at higher fees. */
  async #push(tracked: Tracked, oldest: boolean, signal: AbortSignal): Promise<void> {
    const { chain, clock, log, metrics } = this.#deps
    tracked.takenSince = undefined
    const last = lastAttempt(tracked.pending)
    const now = clock.elapsed()
    if (oldest && this.#isOverdue(last)) {
      const fees = replacementFees(last, await chain.fees(signal), this.#options)
      if (fees !== undefined) {
        await this.#replace(tracked, fees, last.cancels)
        metrics.replacements.inc({ account: this.address })
        log.info({ key: tracked.pending.key, nonce: tracked.pending.nonce, ...fees }, 'transaction replaced')
        tracked.broadcastAt = Number.NEGATIVE_INFINITY
      }
    }
    if (now - tracked.broadcastAt < this.#options.rebroadcastAfterMs) return
    const outcome = await this.#attempts.broadcast(tracked.pending, signal)
    if (outcome === undefined) return
    tracked.broadcastAt = now
    if (outcome.kind !== 'refused' || last.cancels) return
    const waiting = await chain.transactionCount(this.address, 'pending', signal)
    if (waiting > tracked.pending.nonce) return
    log.error(
      { key: tracked.pending.key, reason: outcome.reason },
      'transaction refused for good, its nonce is used up',
    )
    await this.#replace(tracked, firstFees(await chain.fees(signal), this.#options), true)
    tracked.broadcastAt = Number.NEGATIVE_INFINITY
  }

  /** Whether it was signed long ago, perhaps before a restart; so counts one from the future, where the clock was set back. */
  #isOverdue({ signedAt }: Attempt): boolean {
    const age = this.#deps.clock.now() - signedAt
    return age < 0 || age >= this.#options.replaceAfterMs
  }

  /** Adds an attempt and stores it, so that it may be broadcast. */
  async #replace(tracked: Tracked, fees: Fees, cancels: boolean): Promise<void> {
    const { nonce, call, gas, attempts } = tracked.pending
    const attempt = cancels
      ? await this.#attempts.signCancel(nonce, fees)
      : await this.#attempts.sign(nonce, call, gas, fees)
    const pending = { ...tracked.pending, attempts: [...attempts, attempt] }
    await this.#deps.store.put(pending)
    tracked.pending = pending
  }

  /**
   * A deep reorg can take back a settled transaction; those behind it then wait for its nonce for ever.
   * Its content is its caller's to send again, its nonce is used up here.
   */
  async #fillGap(nonce: number, signal: AbortSignal): Promise<void> {
    const { chain, log, store } = this.#deps
    const waiting = await chain.transactionCount(this.address, 'pending', signal)
    const lowest = Math.min(...this.#open.keys())
    if (waiting > nonce || lowest <= nonce) return
    const first = this.#open.get(lowest) as Tracked
    if (!this.#isOverdue(first.pending.attempts[0] as Attempt)) return
    log.error({ nonce }, 'a settled transaction was taken back, its nonce is used up')
    const fees = firstFees(await chain.fees(signal), this.#options)
    const call: Call = { to: this.address, data: '0x', value: 0n }
    const attempt = await this.#attempts.signCancel(nonce, fees)
    const pending: PendingTransaction = { key: `gap:${nonce}`, nonce, call, gas: transferGas, attempts: [attempt] }
    await store.put(pending)
    this.#track(pending, () => undefined, false)
  }
}
