import { rpcReason, rpcTransport, shortCause } from '@parley/http'
import { raceAbort } from '@parley/runtime'
import {
  type Ask,
  createSendingChain,
  type Head,
  orNone,
  refusalOf,
  type SendingChain,
  toHead,
} from '@parley/transactions'
import { type Block, BlockNotFoundError, createPublicClient, type Transaction } from 'viem'
import { unavailable } from '../fault.ts'
import { blobsLayer } from './layer.ts'

export type Hex = `0x${string}`

export interface L1Block extends Head {
  /** Root of the beacon block that holds the block before this one; undefined where there is none, as on a development chain. */
  readonly parentBeaconBlockRoot: Hex | undefined
}

/** A blob transaction of a block. */
export interface L1BlobTransaction {
  readonly versionedHashes: readonly Hex[]
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** A block with the blob transactions in it. */
export interface L1BlobBlock extends L1Block {
  readonly blobTransactions: readonly L1BlobTransaction[]
}

/** Blobs of a block at most, as the L1's forks have it. */
export interface BlobSchedule {
  readonly max: number
  /** The next fork that is known; undefined when none is. */
  readonly next: { readonly max: number; readonly activationTime: number } | undefined
}

/** The L1's JSON-RPC as far as blobs need it. All throw `DA_UNAVAILABLE` when the node does not answer properly. */
export interface L1 extends SendingChain {
  finalized(signal: AbortSignal): Promise<bigint | undefined>
  chainId(signal: AbortSignal): Promise<number>
  /** Undefined when the node has no such block. */
  block(number: bigint, signal: AbortSignal): Promise<L1Block | undefined>
  /** Undefined when the node has no such block. */
  blobBlock(number: bigint, signal: AbortSignal): Promise<L1BlobBlock | undefined>
  blobBaseFee(signal: AbortSignal): Promise<bigint>
  /** Undefined where the node does not know it (EIP-7910). */
  blobSchedule(signal: AbortSignal): Promise<BlobSchedule | undefined>
}

export interface L1Options {
  readonly url: string
  readonly timeoutMs: number
}

export function createL1({ url, timeoutMs }: L1Options): L1 {
  const client = createPublicClient({ transport: rpcTransport(url, { timeoutMs, maxBatch: 1 }), cacheTime: 0 })

  return {
    ...createSendingChain(client, ask),
    chainId: (signal) => ask('eth_chainId', () => client.getChainId(), signal),
    block: (blockNumber, signal) =>
      ask(
        'eth_getBlockByNumber',
        () => orNone(async () => toBlock(await client.getBlock({ blockNumber })), BlockNotFoundError),
        signal,
      ),
    blobBlock: (number, signal) =>
      ask(
        'eth_getBlockByNumber',
        () =>
          orNone(async () => {
            const block = await client.getBlock({ blockNumber: number, includeTransactions: true })
            return { ...toBlock(block), blobTransactions: block.transactions.flatMap(toBlobTransaction) }
          }, BlockNotFoundError),
        signal,
      ),
    finalized: (signal) => ask('eth_getBlockByNumber', () => readFinalized(client), signal),
    blobBaseFee: (signal) => ask('eth_blobBaseFee', () => readBlobBaseFee(client), signal),
    blobSchedule: (signal) => ask('eth_config', () => readBlobSchedule(client), signal),
  }
}

type Client = ReturnType<typeof createPublicClient>

/** @throws {DaError} `DA_UNAVAILABLE`, naming the method; the signal's reason. */
const ask: Ask = async (method, request, signal) => {
  signal.throwIfAborted()
  try {
    return await raceAbort(request(), signal)
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(blobsLayer, `${method}: ${rpcReason(error)}`, shortCause(error))
  }
}

/** Undefined where the node knows no finality, or there was none yet. */
async function readFinalized(client: Client): Promise<bigint | undefined> {
  try {
    const block = await orNone(() => client.getBlock({ blockTag: 'finalized' }), BlockNotFoundError)
    return block?.number ?? undefined
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    return undefined
  }
}

/** Some nodes tell the price of blobs only with the history of fees. */
async function readBlobBaseFee(client: Client): Promise<bigint> {
  try {
    return await client.getBlobBaseFee()
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    const history = await client.request({ method: 'eth_feeHistory', params: ['0x1', 'latest', []] })
    const next = (history as { readonly baseFeePerBlobGas?: readonly Hex[] }).baseFeePerBlobGas?.at(-1)
    if (next === undefined) throw error
    return BigInt(next)
  }
}

async function readBlobSchedule(client: Client): Promise<BlobSchedule | undefined> {
  try {
    return toBlobSchedule(await client.request({ method: 'eth_config' as never }))
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    return undefined
  }
}

/** Undefined for what is not of EIP-7910's form. */
function toBlobSchedule(config: unknown): BlobSchedule | undefined {
  const { current, next } = (config ?? {}) as { current?: Fork; next?: Fork | null }
  const max = current?.blobSchedule?.max
  if (!isCount(max)) return undefined
  const nextMax = next?.blobSchedule?.max
  const from = next?.activationTime
  return { max, next: isCount(nextMax) && isCount(from) ? { max: nextMax, activationTime: from } : undefined }
}

interface Fork {
  readonly activationTime?: unknown
  readonly blobSchedule?: { readonly max?: unknown }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

function toBlock(block: Block): L1Block {
  const root = block.parentBeaconBlockRoot?.toLowerCase() as Hex | undefined
  return {
    ...toHead(block),
    parentBeaconBlockRoot: root === undefined || /^0x0*$/.test(root) ? undefined : root,
  }
}

function toBlobTransaction(transaction: Transaction): L1BlobTransaction[] {
  const { blobVersionedHashes, maxFeePerGas, maxPriorityFeePerGas } = transaction
  if (blobVersionedHashes === undefined || blobVersionedHashes.length === 0) return []
  const versionedHashes = blobVersionedHashes.map((hash) => hash.toLowerCase() as Hex)
  return [{ versionedHashes, maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n }]
}
