import type { Logger } from 'pino'
import type { BlobAccount } from './blob-transaction.ts'
import type { BlobCounters } from './counters.ts'
import type { FeeBounds, Fees } from './fees.ts'
import type { Hex, L1 } from './l1.ts'
import type { NonceOwner } from './nonce-owner.ts'
import type { Publication } from './publication.ts'
import type { PublicationStore } from './publication-store.ts'
import type { BlobTips } from './tips.ts'

/** What the parts of the driver share. */
export interface DriverContext {
  readonly store: PublicationStore
  readonly nonces: NonceOwner
  readonly l1: L1
  readonly tips: BlobTips
  readonly account: BlobAccount
  readonly log: Logger
  readonly counters: BlobCounters
  readonly options: DriverOptions
}

interface DriverOptions {
  readonly fees: FeeBounds
  /** Blocks, the including one counted, after which a publication counts as accepted. */
  readonly confirmations: bigint
  /** Blocks without inclusion after which the offer is doubled. */
  readonly bumpAfterBlocks: bigint
  /** Blocks after which a publication is no longer watched. */
  readonly settleBlocks: bigint
  /** Publications under way at most. */
  readonly maxPending: number
}

/** A publication that the chain does not have for good. */
export interface Pending {
  publication: Publication
  /** Head when this process offered the latest variant. */
  offeredAt: bigint | undefined
  /** The log says once, not at every block, that a bound forbids a higher offer. */
  capReported: boolean
  /** Since when another transaction has the nonce in the node's pool, and what was sent to displace it. */
  taken:
    | {
        /** Looks in a row that found it. */
        looks: number
        cancel: { readonly hash: Hex; readonly fees: Fees; readonly offeredAt: bigint } | undefined
      }
    | undefined
}
