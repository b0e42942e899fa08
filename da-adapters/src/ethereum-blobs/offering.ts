import { unavailable } from '../fault.ts'
import { networkForm, type SignedVariant, signVariant } from './blob-transaction.ts'
import type { DriverContext, Pending } from './driver-context.ts'
import { isOutbid, offer, replacementOffer } from './fees.ts'
import type { Hex, L1Block } from './l1.ts'
import { feeMarket } from './l1-view.ts'
import { blobsLayer } from './layer.ts'
import { toSidecar } from './sidecar.ts'

/** `in pool`: the node has a transaction of this nonce. `sent`: it took ours now. Else why it took none. */
type Offered = 'in pool' | 'sent' | { readonly rejected: Error }

/** Signs transactions and brings them to the node's pool. */
export interface Offering {
  /** Signs for a nonce at what the L1 asks now. */
  sign(head: L1Block, nonce: bigint, versionedHashes: readonly Hex[], signal: AbortSignal): Promise<SignedVariant>
  /** Sees to it that the pool has the publication's transaction, at a higher price when it has waited too long. */
  offer(pending: Pending, head: L1Block, inPool: boolean, signal: AbortSignal): Promise<Offered>
}

export function createOffering({ store, nonces, l1, account, log, counters, options }: DriverContext): Offering {
  async function send(pending: Pending, variant: SignedVariant, signal: AbortSignal): Promise<Offered> {
    const { key, nonce } = pending.publication
    const sidecar = toSidecar(await store.payload(key))
    const refusal = await l1.send(networkForm(variant.signed, sidecar), signal)
    const about = { key, nonce: `${nonce}`, transaction: variant.hash, blobs: sidecar.blobs.length }
    if (refusal === undefined) {
      log.info({ ...about, fees: inGwei(variant.fees) }, 'blob transaction sent')
      counters.count('sent')
      return 'sent'
    }
    // Nodes refuse in words of their own what they already have; their count of the account's transactions is one for all.
    if ((await l1.transactionCount(account.address, 'pending', signal)) > nonce) return 'in pool'
    log.warn({ ...about, refusal }, 'blob transaction refused by the L1 node')
    counters.count('rejected')
    return { rejected: unavailable(blobsLayer, `the L1 node refuses the transaction: ${refusal}`) }
  }

  /** Signs a higher offer and stores it before it is sent: whichever variant gets in, a restart must know it. */
  async function raise(pending: Pending, latest: SignedVariant, head: L1Block, signal: AbortSignal): Promise<boolean> {
    const { key, nonce, variants, versionedHashes } = pending.publication
    const fees = replacementOffer(latest.fees, await feeMarket(l1, head, signal), options.fees)
    if (fees === undefined) {
      if (!pending.capReported)
        log.warn({ key, nonce: `${nonce}` }, 'blob transaction waits at the highest fees allowed')
      pending.capReported = true
      return false
    }
    const higher = await signVariant(account, await nonces.bind(signal), nonce, versionedHashes, fees)
    pending.publication = { ...pending.publication, variants: [...variants, higher] }
    await store.update(pending.publication)
    pending.offeredAt = head.number
    counters.count('replaced')
    return true
  }

  /** Whether only a higher offer helps. A refused one that the market would take was refused for another reason. */
  async function isTooLow(
    pending: Pending,
    latest: SignedVariant,
    offered: Offered,
    head: L1Block,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (typeof offered !== 'string') return isOutbid(latest.fees, await feeMarket(l1, head, signal))
    pending.offeredAt ??= head.number
    return head.number - pending.offeredAt >= options.bumpAfterBlocks
  }

  return {
    async sign(head, nonce, versionedHashes, signal) {
      const chainId = await nonces.bind(signal)
      const fees = offer(await feeMarket(l1, head, signal), options.fees)
      return signVariant(account, chainId, nonce, versionedHashes, fees)
    },
    async offer(pending, head, inPool, signal) {
      const latest = latestVariant(pending)
      const offered = inPool ? 'in pool' : await send(pending, latest, signal)
      if (!(await isTooLow(pending, latest, offered, head, signal))) return offered
      if (!(await raise(pending, latest, head, signal))) return offered
      return send(pending, latestVariant(pending), signal)
    },
  }
}

function latestVariant({ publication }: Pending): SignedVariant {
  const latest = publication.variants.at(-1)
  if (latest === undefined) throw unavailable(blobsLayer, `the store holds no transaction of ${publication.key}`)
  return latest
}

function inGwei(fees: SignedVariant['fees']): Record<string, number> {
  return Object.fromEntries(Object.entries(fees).map(([name, wei]) => [name, Number(wei) / 1e9]))
}
