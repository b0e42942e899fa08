import type { Clock } from '@parley/runtime'
import { openSender, type Sender } from '@parley/transactions'
import type { Logger } from 'pino'
import { unavailable } from '../fault.ts'
import { type BlobPayloadDeps, type BlobPayloadOptions, type BlobRequest, createBlobPayload } from './blob-payload.ts'
import type { BlobCounters } from './counters.ts'
import type { Fees } from './fees.ts'
import { blobsLayer } from './layer.ts'
import type { BlobContent } from './publication.ts'

export type BlobSender = Sender<BlobContent, Fees, BlobRequest>

export interface BlobSenderDeps extends Omit<BlobPayloadDeps, 'chainId'> {
  readonly clock: Clock
  readonly log: Logger
  readonly counters: BlobCounters
}

export interface BlobSenderOptions extends BlobPayloadOptions {
  /** Blocks, the including one counted, after which a publication counts as accepted. */
  readonly confirmations: number | 'finalized'
  /** Blocks after which a publication is no longer watched. */
  readonly settleBlocks: number
  /** Milliseconds between two looks at the L1. */
  readonly pollMs: number
  /** Publications under way at most. */
  readonly maxPending: number
}

/** Opens the only sender of the account and takes up what the store holds unsettled. @throws {DaError} `DA_UNAVAILABLE`. */
export function openBlobSender(deps: BlobSenderDeps, options: BlobSenderOptions): Promise<BlobSender> {
  const { l1, account, store, clock, log, counters } = deps
  let bound: number | undefined

  /** Ties the store to this chain and account, once, and gives the chain's id. */
  async function bind(signal: AbortSignal): Promise<number> {
    if (bound !== undefined) return bound
    const [chainId, genesis] = await Promise.all([l1.chainId(signal), l1.block(0n, signal)])
    if (genesis === undefined) throw unavailable(blobsLayer, 'the L1 node has no genesis block')
    await store.bind(`chain ${chainId} with genesis ${genesis.hash} and account ${account.address}`)
    bound = chainId
    return chainId
  }

  return openSender(
    {
      chain: l1,
      address: account.address,
      payload: createBlobPayload({ ...deps, chainId: bind }, options),
      store: {
        ...store,
        add(publication, request) {
          if (request?.payload === undefined)
            throw unavailable(blobsLayer, `publication ${publication.key} is no longer under way`)
          return store.add(publication, request.payload)
        },
      },
      clock,
      log,
      events: counters,
      // The store may be of another chain, to which nothing must be sent from it.
      ready: bind,
    },
    {
      confirmations: options.confirmations,
      watchBlocks: options.settleBlocks,
      pollMs: options.pollMs,
      maxPending: options.maxPending,
      maxWaiting: 0,
    },
  )
}
