import { unavailable } from '../fault.ts'
import { networkForm, type SignedVariant, signVariant } from './blob-transaction.ts'
import { createDisplacing } from './displacing.ts'
import type { DriverContext, Pending } from './driver-context.ts'
import { isOutbid, offer, replacementOffer } from './fees.ts'
import type { Hex, L1Block } from './l1.ts'
import { feeMarket } from './l1-view.ts'
import { blobsLayer } from './layer.ts'
import { toSidecar } from './sidecar.ts'

/**
 * `waits`: the node has a transaction of ours, or takes none now. `sent`: it took ours now. `taken`: it has another
 * transaction of this nonce. Else why it took none.
 */
type Offered = 'waits' | 'sent' | 'taken' | { readonly rejected: Error }

/** What the node counts of the account's transactions. */
export interface Counted {
  readonly mined: bigint
  /** With those in its pool. */
  readonly known: bigint
}

/** Signs transactions and brings them to the node's pool. */
export interface Offering {
  /** Signs for a nonce at what the L1 asks now. */
  sign(head: L1Block, nonce: bigint, versionedHashes: readonly Hex[], signal: AbortSignal): Promise<SignedVariant>
  /**
   * Sees to it that the pool has the publication's transaction. The next one to be mined is raised when it has waited too
   * long: whatever holds it up holds up all others, which are offered at their first price until it is their turn.
   */
  offer(pending: Pending, head: L1Block, counted: Counted, signal: AbortSignal): Promise<Offered>
}

/** Transactions of one account that a blob pool holds; more are refused until some are mined. */
const poolOfAccount = 16n

export function createOffering(context: DriverContext): Offering {
  const { store, nonces, l1, tips, account, log, counters, options } = context
  const displacing = createDisplacing(context)

  async function hasOurs({ publication }: Pending, signal: AbortSignal): Promise<boolean> {
    for (const { hash } of publication.variants.toReversed()) if (await l1.knows(hash, signal)) return true
    return false
  }

  async function send(pending: Pending, { mined }: Counted, signal: AbortSignal): Promise<Offered> {
    const { key, nonce } = pending.publication
    const variant = latestVariant(pending)
    const sidecar = toSidecar(await store.payload(key))
    const refusal = await l1.send(networkForm(variant.signed, sidecar), signal)
    const about = { key, nonce: `${nonce}`, transaction: variant.hash, blobs: sidecar.blobs.length }
    if (refusal === undefined) {
      log.info({ ...about, fees: inGwei(variant.fees) }, 'blob transaction sent')
      counters.count('sent')
      return 'sent'
    }
    // Nodes refuse in words of their own what they already have: what they have is asked for by hash.
    if (await hasOurs(pending, signal)) return 'waits'
    const known = await l1.transactionCount(account.address, 'pending', signal)
    if (known > nonce) return 'taken'
    if (known - mined >= poolOfAccount) return 'waits'
    log.warn({ ...about, refusal }, 'blob transaction refused by the L1 node')
    counters.count('rejected')
    return { rejected: unavailable(blobsLayer, `the L1 node refuses the transaction: ${refusal}`) }
  }

  /** Signs a higher offer and stores it before it is sent: whichever variant gets in, a restart must know it. */
  async function raise(pending: Pending, head: L1Block, signal: AbortSignal): Promise<boolean> {
    const { key, nonce, variants, versionedHashes } = pending.publication
    const market = await feeMarket(l1, tips, head, signal)
    const fees = replacementOffer(latestVariant(pending).fees, market, options.fees)
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
  async function isTooLow(pending: Pending, offered: Offered, head: L1Block, signal: AbortSignal): Promise<boolean> {
    if (typeof offered !== 'string')
      return isOutbid(latestVariant(pending).fees, await feeMarket(l1, tips, head, signal))
    pending.offeredAt ??= head.number
    return head.number - pending.offeredAt >= options.bumpAfterBlocks
  }

  /**
   * Another transaction has the nonce. One of the account's other pool is displaced by one that does nothing; one that
   * carries blobs by a higher offer of ours, for it lies in the same pool.
   */
  async function displace(pending: Pending, head: L1Block, counted: Counted, signal: AbortSignal): Promise<Offered> {
    if ((await displacing.displace(pending, head, signal)) !== 'refused') return 'waits'
    if (await raise(pending, head, signal)) return send(pending, counted, signal)
    const { nonce } = pending.publication
    return { rejected: unavailable(blobsLayer, `another transaction of the account has nonce ${nonce} and stays`) }
  }

  return {
    async sign(head, nonce, versionedHashes, signal) {
      const chainId = await nonces.bind(signal)
      const fees = offer(await feeMarket(l1, tips, head, signal), options.fees)
      return signVariant(account, chainId, nonce, versionedHashes, fees)
    },
    async offer(pending, head, counted, signal) {
      const { nonce } = pending.publication
      const isNext = nonce === counted.mined
      const inPool = counted.known > nonce
      if (inPool && !isNext) return 'waits'
      const ours = inPool && (await hasOurs(pending, signal))
      const offered = inPool ? (ours ? 'waits' : 'taken') : await send(pending, counted, signal)
      if (offered === 'taken') return isNext ? displace(pending, head, counted, signal) : 'waits'
      pending.taken = undefined
      if (!isNext || !(await isTooLow(pending, offered, head, signal))) return offered
      return (await raise(pending, head, signal)) ? send(pending, counted, signal) : offered
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
