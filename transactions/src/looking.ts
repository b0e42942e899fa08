import { hexToBytes, type TransactionReceipt } from 'viem'
import { createAbandon } from './abandoning.ts'
import type { Fees, Head } from './chain.ts'
import { abandoned, TransactionError } from './faults.ts'
import { nextNonce } from './nonces.ts'
import { type Counted, createOffering } from './offering.ts'
import type { SendRequest } from './payload.ts'
import type { SenderContext } from './sender-context.ts'
import { type Attempt, type Inclusion, lastAttempt, type Sent } from './sent.ts'
import { type Tracked, tell, track } from './tracked.ts'
import { inOrder, type UnderWay } from './under-way.ts'

/**
 * Looks at the chain once and does what is due for everything under way. Must not run while a transaction is begun.
 * @returns whether something was sent, so that looking again pays.
 */
export type Look = (signal: AbortSignal) => Promise<boolean>

export function createLook<C, F extends Fees, R extends SendRequest>(
  context: SenderContext<C, F, R>,
  underWay: UnderWay<C, F>,
): Look {
  const { chain, address, payload, store, clock, log, events, attempts, options } = context
  const { rules } = payload
  const { pending, watched } = underWay
  const offering = createOffering(context)
  const abandon = payload.abandoning && createAbandon(context, payload.abandoning)
  let reviewedHead: string | undefined

  /** The last block whose transactions are taken for good. */
  async function confirmedTo(head: Head, signal: AbortSignal): Promise<bigint> {
    const { confirmations, watchBlocks } = options
    if (confirmations !== 'finalized') return head.number + 1n - BigInt(confirmations)
    return (await chain.finalized?.(signal)) ?? head.number - BigInt(watchBlocks)
  }

  /** The chain has a transaction of this nonce: one of ours, or somebody else used the account. */
  async function recognise(one: Tracked<C, F>, head: Head, signal: AbortSignal): Promise<void> {
    if (one.sent.abandoned === true) return recogniseEnd(one, head, signal)
    for (const attempt of one.sent.attempts.toReversed()) {
      // One that does nothing uses the nonce up as another's would.
      if (attempt.cancels && rules.taken === 'signAnew') continue
      const receipt = await chain.receipt(attempt.hash, signal)
      if (receipt === undefined) continue
      one.takenSince = undefined
      if (receipt.blockNumber <= (await confirmedTo(head, signal))) await confirm(one, attempt, receipt, head, signal)
      return
    }
    if (rules.taken === 'signAnew') {
      const settledAt = (await confirmedTo(head, signal)) - 1n
      // Until then a receipt may merely be late, and signing anew could do it twice.
      if (settledAt < 0n || (await chain.transactionCount(address, settledAt, signal)) <= one.sent.nonce) return
      await signAnew(one, head, signal)
      return
    }
    const now = clock.elapsed()
    one.takenSince ??= now
    if (now - one.takenSince >= rules.taken.failAfterMs) await fail(one)
  }

  async function confirm(
    one: Tracked<C, F>,
    attempt: Attempt<F>,
    receipt: TransactionReceipt,
    head: Head,
    signal: AbortSignal,
  ): Promise<void> {
    const { blockNumber } = receipt
    const block = await chain.block(blockNumber, signal)
    // Otherwise the chain changed between two questions; the next look sees how.
    if (block === undefined || block.hash !== receipt.blockHash.toLowerCase()) return
    const inclusion = inclusionOf(attempt, block, payload.cost(one.sent, attempt, receipt))
    const fault = await payload.failure(one.sent, attempt, receipt, signal)
    const { key, nonce, attempts: all } = one.sent
    const sent: Sent<C, F> = { ...one.sent, abandoned: undefined, inclusion }
    // Whether it is final is asked with the next head.
    const deep = chain.finalized === undefined && isDeep(inclusion, head)
    await (deep ? store.settle(sent) : store.update(sent))
    one.sent = sent
    if (!deep) watched.add(one)
    leave(one)
    const tookMs = Math.max(0, clock.now() - (all[0] as Attempt<F>).signedAt)
    const failed = receipt.status === 'reverted'
    events.count('confirmed')
    events.ended?.(attempt.cancels ? 'cancelled' : failed ? 'failed' : 'included', tookMs)
    log.info({ key, nonce, transaction: attempt.hash, block: blockNumber, failed, tookMs }, 'transaction confirmed')
    if (fault === undefined) one.settled.resolve({ sent, inclusion, receipt })
    else one.settled.reject(fault)
  }

  /** The nonce of one that was given up is used: by it after all, by what does nothing, or by another's. */
  async function recogniseEnd(one: Tracked<C, F>, head: Head, signal: AbortSignal): Promise<void> {
    for (const attempt of one.sent.attempts.toReversed()) {
      const receipt = await chain.receipt(attempt.hash, signal)
      if (receipt === undefined) continue
      if (receipt.blockNumber > (await confirmedTo(head, signal))) return
      if (!attempt.cancels) return confirm(one, attempt, receipt, head, signal)
      const block = await chain.block(receipt.blockNumber, signal)
      if (block === undefined || block.hash !== receipt.blockHash.toLowerCase()) return
      const costWei = payload.abandoning?.cost(attempt, receipt) ?? 0n
      return end(one, inclusionOf(attempt, block, costWei))
    }
    const settledAt = (await confirmedTo(head, signal)) - 1n
    if (settledAt < 0n || (await chain.transactionCount(address, settledAt, signal)) <= one.sent.nonce) return
    await end(one, undefined)
  }

  /** What was signed of it is forgotten. What used up the nonce is watched, so that a reorg leaves no gap. */
  async function end(one: Tracked<C, F>, inclusion: Inclusion | undefined): Promise<void> {
    const { key, nonce, attempts: all } = one.sent
    const content = payload.abandoning?.content()
    if (store.replace === undefined || content === undefined) throw new TypeError('this payload is never given up')
    const cancels = all.filter((each) => each.cancels)
    const by: Sent<C, F> | undefined = inclusion && {
      ...content,
      key: `nonce:${nonce}`,
      nonce,
      attempts: cancels,
      abandoned: true,
      inclusion,
    }
    await store.replace(one.sent, by)
    leave(one)
    if (by !== undefined) watched.add(track(by))
    events.ended?.('cancelled', undefined)
    log.info({ key, nonce, transaction: inclusion?.hash }, 'transaction given up: it never will be included')
    one.settled.reject(abandoned(key, inclusion?.costWei ?? 0n))
  }

  function leave(one: Tracked<C, F>): void {
    pending.delete(one)
    one.leave()
    events.pending(pending.size)
  }

  async function fail(one: Tracked<C, F>): Promise<void> {
    const { key, nonce } = one.sent
    log.error({ key, nonce }, 'nonce taken by a transaction not sent from here')
    await store.settle(one.sent)
    leave(one)
    events.ended?.('taken', undefined)
    one.settled.reject(new TransactionError({ code: 'NONCE_TAKEN', address: hexToBytes(address), nonce }))
  }

  async function signAnew(one: Tracked<C, F>, head: Head, signal: AbortSignal): Promise<void> {
    const { key, nonce } = one.sent
    const fresh = await nextNonce(context, underWay, signal)
    const attempt = await attempts.sign(one.sent, fresh, await payload.offer(head, signal), signal)
    const sent: Sent<C, F> = { ...one.sent, nonce: fresh, attempts: [attempt] }
    await store.update(sent)
    pending.delete(one)
    pending.add({ ...track(sent, one.leave), settled: one.settled })
    events.count('nonce_taken')
    log.error({ key, nonce, fresh }, 'nonce used up by another transaction, signed anew')
  }

  function isDeep({ blockNumber }: Inclusion, head: Head): boolean {
    return blockNumber + BigInt(options.watchBlocks) <= head.number
  }

  /** Confirmed transactions on a new head: what left the chain is pending again, what is deep enough is forgotten. */
  async function review(head: Head, signal: AbortSignal): Promise<void> {
    const newestFirst = [...watched].flatMap((one) =>
      one.sent.inclusion === undefined ? [] : [{ one, inclusion: one.sent.inclusion }],
    )
    newestFirst.sort((a, b) => (a.inclusion.blockNumber > b.inclusion.blockNumber ? -1 : 1))
    // Asked only when depth has been reached.
    let finalized: Promise<bigint | undefined> | undefined
    const isSettled = async (inclusion: Inclusion): Promise<boolean> => {
      if (!isDeep(inclusion, head)) return false
      finalized ??= chain.finalized?.(signal) ?? Promise.resolve(undefined)
      const last = await finalized
      return last === undefined || inclusion.blockNumber <= last
    }
    let standing = false
    for (const { one, inclusion } of newestFirst) {
      // A block stands when a later one of the same chain does.
      standing ||= (await chain.block(inclusion.blockNumber, signal))?.hash === inclusion.blockHash
      if (!standing) await takeBack(one)
      else if (await isSettled(inclusion)) {
        await store.settle(one.sent)
        watched.delete(one)
      }
    }
  }

  async function takeBack(one: Tracked<C, F>): Promise<void> {
    const { key, inclusion } = one.sent
    const sent: Sent<C, F> = { ...one.sent, inclusion: undefined }
    await store.update(sent)
    watched.delete(one)
    pending.add(track(sent))
    events.pending(pending.size)
    events.count('reorged')
    log.warn({ key, block: inclusion?.blockNumber }, 'transaction left the chain by a reorg')
  }

  /**
   * A deep reorg can take back a settled transaction; those behind it then wait for its nonce for ever.
   * Its content is its caller's to send again, its nonce is used up here.
   */
  async function fillGap(head: Head, { mined, known }: Counted, signal: AbortSignal): Promise<void> {
    const first = inOrder(pending)[0]
    const content = payload.gap?.()
    if (content === undefined || first === undefined || first.sent.nonce <= mined || known > mined) return
    const { signedAt } = first.sent.attempts[0] as Attempt<F>
    if (!payload.isOverdue({ signedAt, offeredAt: first.offeredAt ?? head.number }, head)) return
    log.error({ nonce: mined }, 'a settled transaction was taken back, its nonce is used up')
    const attempt = await attempts.signCancel(mined, await payload.offer(head, signal), signal)
    const sent: Sent<C, F> = { ...content, key: `gap:${mined}`, nonce: mined, attempts: [attempt] }
    await store.add(sent, undefined)
    pending.add(track(sent))
    events.pending(pending.size)
  }

  return async (signal) => {
    await context.ready?.(signal)
    const head = await chain.head(signal)
    if (head.hash !== reviewedHead) await review(head, signal)
    reviewedHead = head.hash
    if (pending.size === 0) return false
    const [mined, known] = await Promise.all([
      chain.transactionCount(address, 'latest', signal),
      chain.transactionCount(address, 'pending', signal),
    ])
    const counted = { mined, known }
    let sent = false
    let blocked: Error | undefined
    for (const one of inOrder(pending)) {
      if (one.sent.nonce < mined) {
        // What is in a block waits for none: should a reorg take it back, its wait begins anew.
        one.offeredAt = undefined
        await recognise(one, head, signal)
        continue
      }
      one.takenSince = undefined
      // A pool takes no transaction behind a gap: what follows a refused one waits with it.
      if (blocked === undefined) {
        const isGivenUp = abandon !== undefined && one.sent.abandoned === true
        const outcome = await (isGivenUp ? abandon : offering.offer)(one, head, counted, signal)
        sent ||= outcome === 'sent'
        if (typeof outcome !== 'string') {
          blocked =
            outcome.kind === 'capped'
              ? outcome.fault
              : new TransactionError({ code: 'TRANSACTION_REFUSED', reason: outcome.reason })
          if (rules.refused === 'cancel' && outcome.kind === 'refused' && !lastAttempt(one.sent).cancels) {
            log.error(
              { key: one.sent.key, reason: outcome.reason },
              'transaction refused for good, its nonce is used up',
            )
            await offering.cancel(one, head, counted, signal)
          }
        }
      }
      if (blocked !== undefined && rules.refused === 'keep') tell(one, blocked)
    }
    await fillGap(head, counted, signal)
    return sent
  }
}

function inclusionOf<F extends Fees>({ hash }: Attempt<F>, block: Head, costWei: bigint): Inclusion {
  return { hash, blockNumber: block.number, blockHash: block.hash, timestamp: block.timestamp, costWei }
}
