import { rpcReason, rpcTransport, shortCause } from '@parley/http'
import { raceAbort } from '@parley/runtime'
import { orNone, refusalOf, transactionCount, transactionReceipt } from '@parley/transactions'
import {
  BlockNotFoundError,
  createPublicClient,
  type Transaction,
  TransactionNotFoundError,
  type TransactionReceipt,
} from 'viem'
import { unavailable } from '../fault.ts'
import { blobsLayer } from './layer.ts'

export type Hex = `0x${string}`

export interface L1Block {
  readonly number: bigint
  readonly hash: Hex
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly baseFeePerGas: bigint
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

export interface L1Receipt {
  readonly blockNumber: bigint
  readonly blockHash: Hex
  /** Gas of the transaction itself. */
  readonly gasUsed: bigint
  /** Wei a gas that was paid; undefined where the node does not tell. */
  readonly gasPrice: bigint | undefined
  /** Wei that was paid for a gas of blobs; undefined where the node does not tell. */
  readonly blobGasPrice: bigint | undefined
}

/** The L1's JSON-RPC as far as blobs need it. All throw `DA_UNAVAILABLE` when the node does not answer properly. */
export interface L1 {
  chainId(signal: AbortSignal): Promise<bigint>
  /** Undefined when the node has no such block. */
  block(at: 'latest' | bigint, signal: AbortSignal): Promise<L1Block | undefined>
  /** Undefined when the node has no such block. */
  blobBlock(number: bigint, signal: AbortSignal): Promise<L1BlobBlock | undefined>
  blobBaseFee(signal: AbortSignal): Promise<bigint>
  transactionCount(address: Hex, at: 'latest' | 'pending' | bigint, signal: AbortSignal): Promise<bigint>
  /** Whether the node has the transaction, in its pool or in a block. */
  knows(transactionHash: Hex, signal: AbortSignal): Promise<boolean>
  /** Undefined while the transaction is not in the canonical chain. */
  receipt(transactionHash: Hex, signal: AbortSignal): Promise<L1Receipt | undefined>
  /** Undefined when the node took the transaction, or why it did not, in its words. */
  send(transaction: Hex, signal: AbortSignal): Promise<string | undefined>
}

/** Characters of a node's words that are kept. */
const longestRefusal = 500

export interface L1Options {
  readonly url: string
  readonly timeoutMs: number
}

export function createL1({ url, timeoutMs }: L1Options): L1 {
  const client = createPublicClient({ transport: rpcTransport(url, { timeoutMs, maxBatch: 1 }), cacheTime: 0 })

  return {
    chainId: (signal) => ask('eth_chainId', async () => BigInt(await client.getChainId()), signal),
    block: (at, signal) =>
      ask(
        'eth_getBlockByNumber',
        () => orNone(async () => toBlock(await client.getBlock(placeOf(at))), BlockNotFoundError),
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
    blobBaseFee: (signal) => ask('eth_blobBaseFee', () => readBlobBaseFee(client), signal),
    transactionCount: (address, at, signal) =>
      ask('eth_getTransactionCount', async () => BigInt(await transactionCount(client, address, at)), signal),
    knows: (hash, signal) =>
      ask(
        'eth_getTransactionByHash',
        async () => (await orNone(() => client.getTransaction({ hash }), TransactionNotFoundError)) !== undefined,
        signal,
      ),
    receipt: (hash, signal) =>
      ask(
        'eth_getTransactionReceipt',
        async () => {
          const receipt = await transactionReceipt(client, hash)
          return receipt && toReceipt(receipt)
        },
        signal,
      ),
    send: (serializedTransaction, signal) =>
      ask(
        'eth_sendRawTransaction',
        async () => {
          try {
            await client.sendRawTransaction({ serializedTransaction })
            return undefined
          } catch (error) {
            const refusal = refusalOf(error)
            if (refusal === undefined) throw error
            return refusal.slice(0, longestRefusal)
          }
        },
        signal,
      ),
  }
}

type Client = ReturnType<typeof createPublicClient>
type Place = { readonly blockNumber: bigint } | { readonly blockTag: 'latest' }

const placeOf = (at: 'latest' | bigint): Place => (typeof at === 'bigint' ? { blockNumber: at } : { blockTag: at })

/** @throws {DaError} `DA_UNAVAILABLE`, naming the method; the signal's reason. */
async function ask<T>(method: string, request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  try {
    return await raceAbort(request(), signal)
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(blobsLayer, `${method}: ${rpcReason(error)}`, shortCause(error))
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

interface NodeBlock {
  readonly number: bigint | null
  readonly hash: Hex | null
  readonly timestamp: bigint
  readonly baseFeePerGas: bigint | null
  readonly parentBeaconBlockRoot?: Hex | undefined
}

function toBlock({ number, hash, timestamp, baseFeePerGas, parentBeaconBlockRoot }: NodeBlock): L1Block {
  if (number === null || hash === null) throw new TypeError('a block without number or hash')
  const root = parentBeaconBlockRoot?.toLowerCase() as Hex | undefined
  return {
    number,
    hash: hash.toLowerCase() as Hex,
    timestamp,
    baseFeePerGas: baseFeePerGas ?? 0n,
    parentBeaconBlockRoot: root === undefined || /^0x0*$/.test(root) ? undefined : root,
  }
}

function toBlobTransaction(transaction: Transaction): L1BlobTransaction[] {
  const { blobVersionedHashes, maxFeePerGas, maxPriorityFeePerGas } = transaction
  if (blobVersionedHashes === undefined || blobVersionedHashes.length === 0) return []
  const versionedHashes = blobVersionedHashes.map((hash) => hash.toLowerCase() as Hex)
  return [{ versionedHashes, maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n }]
}

function toReceipt(receipt: TransactionReceipt): L1Receipt {
  return {
    blockNumber: receipt.blockNumber,
    blockHash: receipt.blockHash.toLowerCase() as Hex,
    gasUsed: receipt.gasUsed,
    gasPrice: receipt.effectiveGasPrice ?? undefined,
    blobGasPrice: receipt.blobGasPrice ?? undefined,
  }
}
