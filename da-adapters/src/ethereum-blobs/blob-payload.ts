import { DaError } from '@parley/protocol'
import { type Attempt, type Head, type Payload, priceOf, type SendRequest, signNothing } from '@parley/transactions'
import type { TransactionReceipt } from 'viem'
import { type BlobAccount, networkForm, signBlobs } from './blob-transaction.ts'
import { emptyBlob, emptyVersionedHash, isBlobTransaction } from './empty-blob.ts'
import { feeMarket } from './fee-market.ts'
import {
  type Cap,
  cancelBounds,
  cappedBy,
  type FeeBounds,
  type FeeMarket,
  type Fees,
  isOutbid,
  offer,
  replacementCap,
  replacementOffer,
} from './fees.ts'
import type { L1 } from './l1.ts'
import { blobsLayer, gasPerBlob } from './layer.ts'
import type { BlobContent } from './publication.ts'
import type { PublicationPayload, PublicationStore } from './publication-store.ts'
import { toSidecar } from './sidecar.ts'
import type { BlobTips } from './tips.ts'

/** A publication to be sent. */
export interface BlobRequest extends SendRequest, BlobContent {
  /** Left out by who only joins one under way. */
  readonly payload?: PublicationPayload
}

export interface BlobPayloadDeps {
  readonly l1: L1
  readonly tips: BlobTips
  readonly account: BlobAccount
  readonly store: PublicationStore
  /** The L1's chain id. */
  readonly chainId: (signal: AbortSignal) => Promise<number>
  /** Seconds since 1970: what was included before is no longer served. */
  readonly expiredBefore: () => bigint
}

export interface BlobPayloadOptions {
  readonly fees: FeeBounds
  /** Blocks without inclusion after which the offer is doubled. */
  readonly bumpAfterBlocks: bigint
}

/** Transactions of one account that a blob pool holds; more are refused until some are mined. */
const poolPlaces = 16

/** Blobs, as transactions of type 3. */
export function createBlobPayload(
  { l1, tips, account, store, chainId, expiredBefore }: BlobPayloadDeps,
  { fees: bounds, bumpAfterBlocks }: BlobPayloadOptions,
): Payload<BlobContent, Fees, BlobRequest> {
  const wide = cancelBounds(bounds)
  const market = (head: Head, signal: AbortSignal): Promise<FeeMarket> => feeMarket(l1, tips, head, signal)
  return {
    rules: {
      nonces: 'latest',
      refused: 'keep',
      taken: 'signAnew',
      displacedBy: 'blockingType',
      resent: 'lost',
      poolPlaces,
    },
    draft: async ({ versionedHashes }) => ({ versionedHashes }),
    sign: async ({ versionedHashes }, nonce, fees, signal) =>
      signBlobs(account, await chainId(signal), nonce, versionedHashes, fees),
    // A pool of plain transactions with one of the account keeps its blobs out of theirs.
    signNothing: async (nonce, fees, signal) => signNothing(account, await chainId(signal), nonce, fees),
    async networkForm({ key }, { raw, cancels }) {
      if (!cancels) return networkForm(raw, toSidecar(await store.payload(key)))
      return isBlobTransaction(raw) ? networkForm(raw, emptyBlob) : raw
    },
    offer: async (head, signal) => offer(await market(head, signal), bounds),
    raise: async (last, head, signal) => replacementOffer(last, await market(head, signal), bounds),
    isOutbid: async (fees, head, signal) => isOutbid(fees, await market(head, signal)),
    async capped(fees, head, signal) {
      const cap = cappedBy(fees, await market(head, signal), bounds)
      return cap && feeCapped(cap)
    },
    isOverdue: ({ offeredAt }, { number }) => number - offeredAt >= bumpAfterBlocks,
    cost: ({ versionedHashes }, attempt, receipt) => costOf(versionedHashes.length, attempt, receipt),
    abandoning: {
      isOwn: isBlobTransaction,
      signEmpty: async (nonce, fees, signal) =>
        signBlobs(account, await chainId(signal), nonce, [emptyVersionedHash], fees),
      async raise(last, head, signal) {
        const now = await market(head, signal)
        if (last === undefined) return offer(now, wide)
        return replacementOffer(last, now, wide) ?? feeCapped(replacementCap(last, now, wide) as Cap)
      },
      cost: (attempt, receipt) => costOf(isBlobTransaction(attempt.raw) ? 1 : 0, attempt, receipt),
      content: () => ({ versionedHashes: [] }),
    },
    // It calls nothing: once it is in a block its blobs are published.
    failure: async () => undefined,
    isExpired: ({ inclusion }) => inclusion !== undefined && inclusion.timestamp < expiredBefore(),
  }
}

function costOf(blobs: number, attempt: Attempt<Fees>, receipt: TransactionReceipt): bigint {
  const blobGas = BigInt(blobs) * gasPerBlob
  return receipt.gasUsed * priceOf(receipt, attempt) + blobGas * (receipt.blobGasPrice ?? attempt.maxFeePerBlobGas)
}

const feeCapped = (cap: Cap): DaError => new DaError({ code: 'DA_FEE_CAPPED', layer: blobsLayer, ...cap })
