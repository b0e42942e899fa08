import { unavailable } from '../fault.ts'
import type { SignedVariant } from './blob-transaction.ts'
import type { DriverContext, Pending } from './driver-context.ts'
import type { Hex, L1Block, L1Receipt } from './l1.ts'
import { latestBlock } from './l1-view.ts'
import { blobsLayer, gasPerBlob } from './layer.ts'
import { createOffering } from './offering.ts'
import type { Inclusion, Publication } from './publication.ts'
import type { PublicationPayload } from './publication-store.ts'

export interface DriverEvents {
  /** The publication has its confirmations. */
  confirmed(publication: Publication, inclusion: Inclusion): void
  /** The node does not take the publication's transaction, or one before it; the driver keeps trying. */
  rejected(key: string, error: Error): void
}

/** Moves publications from the store to the L1 and keeps them there. Its methods must not run at the same time. */
export interface PublicationDriver {
  /** Takes up what the store holds unsettled. */
  resume(): Promise<void>
  /** Publications that still need `step`. */
  unsettled(): number
  /** Whether one of them has these versioned hashes. */
  isUnderWay(versionedHashes: readonly Hex[]): boolean
  /**
   * Signs and stores a new publication; the next step sends it.
   * @param expiredBefore - Seconds; what was included before then counts as gone and is published anew.
   */
  add(
    unsigned: Pick<Publication, 'key' | 'versionedHashes'>,
    payload: PublicationPayload,
    expiredBefore: bigint,
    signal: AbortSignal,
  ): Promise<void>
  /** Looks at the chain once and does what is due. @returns Whether something was sent, so that looking again pays. */
  step(signal: AbortSignal): Promise<boolean>
}

interface Confirmed {
  readonly publication: Publication
  readonly inclusion: Inclusion
}

export function createPublicationDriver(context: DriverContext, events: DriverEvents): PublicationDriver {
  const { store, nonces, l1, account, log, counters, options } = context
  const offering = createOffering(context)
  const pending = new Map<string, Pending>()
  const confirmed = new Map<string, Confirmed>()
  let reviewedHead: Hex | undefined

  function track(publication: Publication): void {
    const { key, inclusion } = publication
    if (inclusion !== undefined) confirmed.set(key, { publication, inclusion })
    else pending.set(key, { publication, offeredAt: undefined, capReported: false, taken: undefined })
    counters.pending(pending.size)
  }

  async function step(signal: AbortSignal): Promise<boolean> {
    await nonces.bind(signal)
    const head = await latestBlock(l1, signal)
    if (head.hash !== reviewedHead) await review(head, signal)
    reviewedHead = head.hash
    if (pending.size === 0) return false
    const [mined, known] = await Promise.all([
      l1.transactionCount(account.address, 'latest', signal),
      l1.transactionCount(account.address, 'pending', signal),
    ])
    let sent = false
    let blocked: Error | undefined
    for (const one of [...pending.values()].sort(byNonce)) {
      const { key, nonce } = one.publication
      if (mined > nonce) {
        await recognise(one, head, signal)
        continue
      }
      // A pool takes no transaction behind a gap: what follows a refused one waits with it.
      if (blocked === undefined) {
        const offered = await offering.offer(one, head, { mined, known }, signal)
        sent ||= offered === 'sent'
        if (typeof offered !== 'string') blocked = offered.rejected
      }
      if (blocked !== undefined) events.rejected(key, blocked)
    }
    return sent
  }

  /** The chain has a transaction of this nonce: one of ours, or somebody else used the account. */
  async function recognise(one: Pending, head: L1Block, signal: AbortSignal): Promise<void> {
    for (const variant of one.publication.variants.toReversed()) {
      const receipt = await l1.receipt(variant.hash, signal)
      if (receipt === undefined) continue
      if (head.number + 1n - receipt.blockNumber >= options.confirmations) await confirm(one, variant, receipt, signal)
      return
    }
    await replaceTakenNonce(one, head, signal)
  }

  async function confirm(one: Pending, variant: SignedVariant, receipt: L1Receipt, signal: AbortSignal): Promise<void> {
    const { blockNumber, blockHash } = receipt
    const block = await l1.block(blockNumber, signal)
    // Otherwise the chain changed between two questions; the next step sees how.
    if (block?.hash !== blockHash) return
    const { timestamp } = block
    const costWei = costOf(receipt, variant, one.publication.versionedHashes.length)
    const inclusion: Inclusion = { transactionHash: variant.hash, blockNumber, blockHash, timestamp, costWei }
    const publication: Publication = { ...one.publication, inclusion }
    await store.update(publication)
    pending.delete(publication.key)
    track(publication)
    counters.count('confirmed')
    log.info({ key: publication.key, transaction: variant.hash, block: `${blockNumber}` }, 'blobs published')
    events.confirmed(publication, inclusion)
  }

  async function replaceTakenNonce(one: Pending, head: L1Block, signal: AbortSignal): Promise<void> {
    const { key, nonce, versionedHashes } = one.publication
    const settledAt = head.number - options.confirmations
    // Until then a receipt may merely be late, and signing anew could publish twice.
    if (settledAt < 0n || (await l1.transactionCount(account.address, settledAt, signal)) <= nonce) return
    const fresh = await nonces.next(true, signal)
    const variant = await offering.sign(head, fresh, versionedHashes, signal)
    const publication: Publication = { ...one.publication, nonce: fresh, variants: [variant] }
    await store.update(publication)
    track(publication)
    counters.count('nonce_taken')
    log.error({ key, nonce: `${nonce}`, fresh: `${fresh}` }, 'another sender uses the blob account')
  }

  /** Confirmed publications on a new head: what left the chain is pending again, what is deep enough is settled. */
  async function review(head: L1Block, signal: AbortSignal): Promise<void> {
    const newestFirst = [...confirmed.values()].sort((a, b) =>
      a.inclusion.blockNumber > b.inclusion.blockNumber ? -1 : 1,
    )
    let standing = false
    for (const { publication, inclusion } of newestFirst) {
      // A block stands when a later one of the same chain does.
      standing ||= (await l1.block(inclusion.blockNumber, signal))?.hash === inclusion.blockHash
      if (!standing) await takeBack(publication)
      else if (inclusion.blockNumber + options.settleBlocks <= head.number) {
        await store.settle(publication)
        confirmed.delete(publication.key)
      }
    }
  }

  async function takeBack(publication: Publication): Promise<void> {
    const again: Publication = { ...publication, inclusion: undefined }
    await store.update(again)
    confirmed.delete(publication.key)
    track(again)
    counters.count('reorged')
    log.warn({ key: publication.key, block: `${publication.inclusion?.blockNumber}` }, 'blobs left the L1 by a reorg')
  }

  return {
    step,
    unsettled: () => pending.size + confirmed.size,
    isUnderWay: (hashes) =>
      [...pending.values(), ...confirmed.values()].some(({ publication }) => sameHashes(publication, hashes)),
    async resume() {
      for (const publication of await store.unsettled()) track(publication)
    },
    async add({ key, versionedHashes }, payload, expiredBefore, signal) {
      // An abandoned call of the same bytes may have come this far, or farther.
      if (pending.has(key)) return
      const known = await store.load(key)
      if (known?.inclusion !== undefined && known.inclusion.timestamp >= expiredBefore)
        return events.confirmed(known, known.inclusion)
      confirmed.delete(key)
      if (pending.size >= options.maxPending) throw unavailable(blobsLayer, `${pending.size} publications are pending`)
      await nonces.bind(signal)
      const nonce = await nonces.next(pending.size + confirmed.size > 0, signal)
      const variant = await offering.sign(await latestBlock(l1, signal), nonce, versionedHashes, signal)
      signal.throwIfAborted()
      const publication: Publication = { key, versionedHashes, nonce, variants: [variant], inclusion: undefined }
      await store.add(publication, payload)
      track(publication)
    },
  }
}

function byNonce(a: Pending, b: Pending): number {
  return a.publication.nonce < b.publication.nonce ? -1 : 1
}

function sameHashes({ versionedHashes }: Publication, hashes: readonly Hex[]): boolean {
  return versionedHashes.length === hashes.length && versionedHashes.every((hash, i) => hash === hashes[i])
}

/** What was paid in wei, blobs included; where the node does not tell a price, what was offered at most. */
function costOf({ gasUsed, gasPrice, blobGasPrice }: L1Receipt, { fees }: SignedVariant, blobs: number): bigint {
  const blobGas = BigInt(blobs) * gasPerBlob
  return gasUsed * (gasPrice ?? fees.maxFeePerGas) + blobGas * (blobGasPrice ?? fees.maxFeePerBlobGas)
}
