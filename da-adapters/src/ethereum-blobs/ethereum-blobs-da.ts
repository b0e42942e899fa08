import { DaLayer, type DaState, type DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { transferGas } from '@parley/transactions'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { wei } from '../amounts.ts'
import { checkCost, checkSize, refused, unavailable } from '../fault.ts'
import { createLifetime } from '../lifetime.ts'
import { createAddressing, type SlotAddressing } from './addressing.ts'
import { createBlobReader } from './blob-reader.ts'
import { followSchedule } from './blob-schedule.ts'
import { openBlobSender } from './blob-sender.ts'
import { createBlobSources } from './blob-sources.ts'
import type { BlobAccount } from './blob-transaction.ts'
import { createBlobCounters } from './counters.ts'
import { feeMarket } from './fee-market.ts'
import { defaultFeeBounds, type FeeBounds, offer } from './fees.ts'
import { createInclusions } from './inclusions.ts'
import { createKzg, type Kzg } from './kzg.ts'
import type { L1 } from './l1.ts'
import { blobsLayer, gasPerBlob, maxBlobsPerTransaction } from './layer.ts'
import { blobsFor, usableBytesPerBlob } from './packing.ts'
import { openL1, openServers } from './places.ts'
import { decodeBlobPointer, encodeBlobPointer } from './pointer.ts'
import { type BlobStore, createPublicationStore } from './publication-store.ts'
import { createPublisher, type Published, type Publisher } from './publisher.ts'
import { checkSources } from './start-check.ts'
import { type BlobTips, createBlobTips } from './tips.ts'

/** Blocks whose blob transactions tell what is tipped. */
const tipBlocks = 20

/** Milliseconds for which a quote stands, one slot, and the blocks in which what is begun then is included. */
const quoteMs = 12_000
const quotedBlocks = 2

/** What a base fee may rise to in the blocks that are quoted for: an eighth in each. */
function soon(fee: bigint): bigint {
  let risen = fee
  for (let block = 0; block < quotedBlocks; block++) risen += risen / 8n + 1n
  return risen
}

/** What publishing needs; without it the adapter only reads. */
export interface BlobWriter {
  /** The account that pays. Nothing else may send from it: the adapter owns its nonces. */
  readonly account: BlobAccount
  /** Survives restarts and belongs to this account alone. The caller opens it before and closes it after the adapter. */
  readonly store: BlobStore
}

export interface EthereumBlobsDeps {
  readonly log: Logger
  readonly clock: Clock
  readonly registry: Registry
  readonly writer?: BlobWriter
  /** Shared with others; made and closed by the adapter when left out. */
  readonly kzg?: Kzg
}

export interface EthereumBlobsOptions {
  /** JSON-RPC of the L1's execution nodes, in the order in which they are asked: the next one when one does not answer. */
  readonly rpcUrls: readonly string[]
  /** Beacon APIs of the L1's consensus nodes, in order; anvil serves it where it serves JSON-RPC. */
  readonly beaconUrls: readonly string[]
  /** Who keeps blobs that beacon nodes have pruned and serves them as the beacon API does; asked after those. Default none. */
  readonly archiveUrls?: readonly string[]
  /** Whether the log says at the start which beacon nodes serve no blobs, asking each for a recent one. Default false. */
  readonly checkSources?: boolean
  /** Whether the L1's schedule of blobs is looked at every hour: a block that takes fewer lowers `limits()`. Default false. */
  readonly followSchedule?: boolean
  /** How the beacon API names blocks; `block-number` only on development chains. Default `beacon`. */
  readonly slots?: SlotAddressing
  /** L1 blocks after the one that a pointer names that are searched for blobs moved by a reorg. Default 7,200: a day. */
  readonly scanBlocks?: number
  /** Blobs of one publication at most, 1 to 6. Default 6. */
  readonly maxBlobs?: number
  /** Blocks, the including one counted, until `submit` resolves; or once the L1 calls the block final. Default 3. */
  readonly confirmations?: number | 'finalized'
  /** Blocks without inclusion after which all fees are doubled. Default 5. */
  readonly bumpAfterBlocks?: number
  /** Blocks after inclusion for which a publication is watched and sent again after a reorg. Default 64. */
  readonly settleBlocks?: number
  /** Publications under way at most; more are `DA_UNAVAILABLE`. Default 16, what blob pools take of one account. */
  readonly maxPending?: number
  /** Milliseconds for which `submit` waits for confirmations. Default 1,200,000. */
  readonly confirmTimeoutMs?: number
  /** Milliseconds between two looks at the L1. Default 1,000. */
  readonly pollMs?: number
  /** Milliseconds for one request to either node. Default 30,000. */
  readonly timeoutMs?: number
  /** Seconds for which blobs are served; publications are forgotten after it. Default 1,572,864: 4,096 epochs. */
  readonly retentionSeconds?: number
  /** What may be offered, in wei a gas; each left out has its default. */
  readonly fees?: Partial<FeeBounds>
  /** What a publication may cost at most when it is begun, in wei. Default: no more bound than `fees`. */
  readonly maxCostPerPart?: bigint
  /** Blob transactions of the last 20 blocks, in hundredths, whose tip is at most what is offered, 0 to 100. Default 60. */
  readonly tipPercentile?: number
}

/**
 * Ethereum's blobs: type-3 transactions of up to six blobs with cell proofs (EIP-4844, EIP-7594), read back over the
 * beacon API and checked against their versioned hashes. Takes up unfinished publications of the store at once.
 * @see docs/spec/da-ethereum-blobs.md
 */
export async function createEthereumBlobsDa(
  deps: EthereumBlobsDeps,
  options: EthereumBlobsOptions,
): Promise<DataAvailability> {
  const { log, writer } = deps
  const { timeoutMs = 30_000, retentionSeconds = 1_572_864, maxBlobs = maxBlobsPerTransaction } = options
  if (!Number.isInteger(maxBlobs) || maxBlobs < 1 || maxBlobs > maxBlobsPerTransaction)
    throw new RangeError(`maxBlobs is ${maxBlobs}, allowed are 1 to ${maxBlobsPerTransaction}`)
  let allowedBlobs = maxBlobs
  const maxBytes = (): number => allowedBlobs * usableBytesPerBlob
  const lifetime = createLifetime(blobsLayer)
  const kzg = deps.kzg ?? createKzg({ log }, { precompute: writer !== undefined })
  const l1 = openL1(options.rpcUrls, deps.clock, timeoutMs)
  const { slots = 'beacon', scanBlocks = 7_200, tipPercentile = 60 } = options
  const sources = createBlobSources(
    { ...deps, kzg, ...openServers(options, deps.clock, timeoutMs) },
    { retentionSeconds },
  )
  const inclusions = createInclusions(l1, { scanBlocks })
  const addressing = createAddressing(sources, l1, slots)
  const reader = createBlobReader({ sources, l1, addressing, inclusions })
  const tips = createBlobTips(l1, log, { blocks: tipBlocks, percentile: tipPercentile })
  const bounds = { ...defaultFeeBounds, ...options.fees }
  const publisher = writer && (await openPublisher(deps, writer, { l1, kzg, tips }, { ...options, retentionSeconds }))
  const { confirmations = 3, settleBlocks = 64, maxPending = 16, maxCostPerPart } = options

  function writable(): Publisher {
    if (publisher === undefined) throw refused(blobsLayer, 'opened without an account, for reading only')
    return publisher
  }

  /** The most that so many bytes cost in the next blocks, in wei. */
  async function costOf(bytes: number, signal: AbortSignal): Promise<bigint> {
    const market = await feeMarket(l1, tips, await l1.head(signal), signal)
    const baseFee = soon(market.baseFeePerGas) + offer(market, bounds).maxPriorityFeePerGas
    return transferGas * baseFee + BigInt(blobsFor(bytes)) * gasPerBlob * soon(market.blobBaseFee)
  }

  async function depthOf(blockNumber: bigint, head: bigint, signal: AbortSignal): Promise<DaState> {
    if (confirmations !== 'finalized' && head + 1n - blockNumber < BigInt(confirmations)) return 'pending'
    const finalized = await l1.finalized(signal)
    // Some nodes know no finality: there depth is all there is.
    const isFinal = finalized === undefined ? blockNumber + BigInt(settleBlocks) <= head : blockNumber <= finalized
    if (isFinal) return 'final'
    return confirmations === 'finalized' ? 'pending' : 'included'
  }

  const allow = (blobs: number): void => {
    allowedBlobs = blobs
  }
  const following = options.followSchedule && followSchedule({ ...deps, l1 }, maxBlobs, allow, lifetime.signal)
  const checking = options.checkSources && checkSources({ l1, addressing, sources, log }, lifetime.signal)

  return {
    layer: DaLayer.ethereumBlobs,
    name: blobsLayer,
    limits: () => ({ maxBytes: maxBytes(), retentionSeconds, maxInFlight: maxPending, unitBytes: usableBytesPerBlob }),
    async quote(bytes, signal) {
      const during = lifetime.during(signal)
      checkSize(bytes, maxBytes())
      return { cost: wei(await costOf(bytes, during)), bytes, validForMs: quoteMs }
    },
    async submit(data, { maxCost }, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes())
      const mayBegin = async (inner: AbortSignal) => {
        if (maxCost === undefined && maxCostPerPart === undefined) return
        const cost = wei(await costOf(data.length, inner))
        checkCost(blobsLayer, cost, maxCost)
        checkCost(blobsLayer, cost, maxCostPerPart === undefined ? undefined : wei(maxCostPerPart))
      }
      return toReceipt(await writable().publish(data, mayBegin, during))
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      const { published, costWei } = await writable().abandon(digest, during)
      return { overhead: wei(costWei), ...(published && { receipt: toReceipt(published) }) }
    },
    retrieve: async (pointer, signal) => reader.read(pointer, lifetime.during(signal)),
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      const place = decodeBlobPointer(pointer)
      const head = await l1.head(during)
      if (place.blockNumber > head.number) return 'pending'
      const { place: found, isWhole } = await inclusions.find(place, head.number, during)
      if (found !== undefined) return depthOf(found.blockNumber, head.number, during)
      // After a reorg what is stored here is sent again.
      if (publisher?.isUnderWay(place.versionedHashes)) return 'pending'
      if (!isWhole) throw unavailable(blobsLayer, 'the L1 node lacks blocks that may hold the blobs')
      return 'lost'
    },
    audit: async (pointer, signal) => void (await reader.read(pointer, lifetime.during(signal))),
    async close() {
      lifetime.end()
      await Promise.all([publisher?.close(), checking, following])
      if (deps.kzg === undefined) await kzg.close()
    },
  }
}

async function openPublisher(
  { log, clock, registry }: EthereumBlobsDeps,
  { account, store }: BlobWriter,
  { l1, kzg, tips }: { readonly l1: L1; readonly kzg: Kzg; readonly tips: BlobTips },
  options: EthereumBlobsOptions & { readonly retentionSeconds: number },
): Promise<Publisher> {
  const { confirmations = 3, bumpAfterBlocks = 5, settleBlocks = 64, maxPending = 16 } = options
  const { confirmTimeoutMs = 1_200_000, pollMs = 1_000, retentionSeconds } = options
  const publications = createPublicationStore(store)
  const expiredBefore = () => BigInt(Math.max(0, Math.floor(clock.now() / 1000) - retentionSeconds))
  const sender = await openBlobSender(
    { store: publications, l1, tips, account, clock, log, counters: createBlobCounters(registry), expiredBefore },
    {
      fees: { ...defaultFeeBounds, ...options.fees },
      bumpAfterBlocks: BigInt(bumpAfterBlocks),
      confirmations,
      settleBlocks,
      pollMs,
      maxPending,
    },
  )
  return createPublisher(
    { store: publications, sender, kzg, clock, expiredBefore },
    { confirmTimeoutMs, maxJobs: maxPending },
  )
}

function toReceipt({ versionedHashes, inclusion }: Published) {
  const { blockNumber, timestamp, costWei } = inclusion
  const hashes = versionedHashes.map((hash) => new Uint8Array(Buffer.from(hash.slice(2), 'hex')))
  return {
    pointer: encodeBlobPointer({ blockNumber, timestamp, versionedHashes: hashes }),
    height: blockNumber,
    cost: wei(costWei),
  }
}
