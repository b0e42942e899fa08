import { reasonOf, unavailable } from '../fault.ts'
import { boundedFetch } from '../http/bounded-fetch.ts'
import { blobsLayer } from './layer.ts'

export type Hex = `0x${string}`

export interface L1Block {
  readonly number: bigint
  readonly hash: Hex
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly baseFeePerGas: bigint
}

export interface L1Receipt {
  readonly blockNumber: bigint
  readonly blockHash: Hex
  /** What the sender paid, blob gas included, in wei. */
  readonly costWei: bigint
}

/** The L1's JSON-RPC as far as publishing needs it. All throw `DA_UNAVAILABLE` when the node does not answer properly. */
export interface L1 {
  chainId(signal: AbortSignal): Promise<bigint>
  /** Undefined when the node has no such block. */
  block(at: 'latest' | bigint, signal: AbortSignal): Promise<L1Block | undefined>
  blobBaseFee(signal: AbortSignal): Promise<bigint>
  priorityFee(signal: AbortSignal): Promise<bigint>
  transactionCount(address: Hex, at: 'latest' | 'pending' | bigint, signal: AbortSignal): Promise<bigint>
  /** Undefined while the transaction is not in the canonical chain. */
  receipt(transactionHash: Hex, signal: AbortSignal): Promise<L1Receipt | undefined>
  /** Undefined when the node took the transaction, or why it did not, in its words. */
  send(transaction: Hex, signal: AbortSignal): Promise<string | undefined>
}

export interface L1Options {
  readonly url: string
  readonly timeoutMs: number
}

/** The largest answer asked for is a block header with the hashes of its transactions. */
const maxAnswerBytes = 1_048_576

interface RpcError {
  readonly code: number
  readonly message: string
}

export function createL1({ url, timeoutMs }: L1Options): L1 {
  let nextId = 1

  async function exchange(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const id = nextId++
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params })
    const headers = { 'content-type': 'application/json' }
    const request = {
      url,
      method: 'POST',
      headers,
      body,
      maxBytes: maxAnswerBytes,
      timeoutMs,
      layer: blobsLayer,
    } as const
    const answer = await boundedFetch(request, signal)
    const text = answer.body === undefined ? undefined : new TextDecoder().decode(answer.body)
    const parsed = text === undefined ? undefined : parseAnswer(text, id)
    if (parsed === undefined)
      throw unavailable(blobsLayer, `${method}: the L1 node answered ${answer.status} without a result`)
    return parsed
  }

  async function call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const answer = await exchange(method, params, signal)
    const error = errorOf(answer)
    if (error !== undefined) throw unavailable(blobsLayer, `${method}: ${error.message} (${error.code})`)
    return (answer as { result?: unknown }).result
  }

  async function quantity(method: string, params: readonly unknown[], signal: AbortSignal): Promise<bigint> {
    return reading(method, await call(method, params, signal), toBigint)
  }

  return {
    chainId: (signal) => quantity('eth_chainId', [], signal),
    async block(at, signal) {
      const found = await call('eth_getBlockByNumber', [typeof at === 'bigint' ? toHex(at) : at, false], signal)
      return found === null ? undefined : reading('eth_getBlockByNumber', found, toBlock)
    },
    blobBaseFee: (signal) => quantity('eth_blobBaseFee', [], signal),
    priorityFee: (signal) => quantity('eth_maxPriorityFeePerGas', [], signal),
    transactionCount: (address, at, signal) =>
      quantity('eth_getTransactionCount', [address, typeof at === 'bigint' ? toHex(at) : at], signal),
    async receipt(transactionHash, signal) {
      const found = await call('eth_getTransactionReceipt', [transactionHash], signal)
      return found === null ? undefined : reading('eth_getTransactionReceipt', found, toReceipt)
    },
    async send(transaction, signal) {
      return errorOf(await exchange('eth_sendRawTransaction', [transaction], signal))?.message
    },
  }
}

function parseAnswer(text: string, id: number): object | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer !== 'object' || answer === null || !('id' in answer) || answer.id !== id) return undefined
    return 'result' in answer || 'error' in answer ? answer : undefined
  } catch {
    // The caller says that there is no result.
    return undefined
  }
}

function errorOf(answer: unknown): RpcError | undefined {
  const error = (answer as { error?: Partial<RpcError> | null }).error
  return error === undefined || error === null
    ? undefined
    : { code: Number(error.code), message: String(error.message).slice(0, 500) }
}

/** Turns what the node said into values; what cannot be read counts as no answer. */
function reading<T>(method: string, value: unknown, read: (value: unknown) => T): T {
  try {
    return read(value)
  } catch (error) {
    throw unavailable(blobsLayer, `${method}: the L1 node's answer cannot be read: ${reasonOf(error)}`, error)
  }
}

function toBlock(value: unknown): L1Block {
  const block = value as Record<string, unknown>
  return {
    number: toBigint(block.number),
    hash: toHash(block.hash),
    timestamp: toBigint(block.timestamp),
    baseFeePerGas: toBigint(block.baseFeePerGas),
  }
}

function toReceipt(value: unknown): L1Receipt {
  const receipt = value as Record<string, unknown>
  const execution = toBigint(receipt.gasUsed) * toBigint(receipt.effectiveGasPrice)
  const blobs = toBigint(receipt.blobGasUsed) * toBigint(receipt.blobGasPrice)
  return {
    blockNumber: toBigint(receipt.blockNumber),
    blockHash: toHash(receipt.blockHash),
    costWei: execution + blobs,
  }
}

function toBigint(value: unknown): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value))
    throw new TypeError(`${String(value)} is no quantity`)
  return BigInt(value)
}

function toHash(value: unknown): Hex {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{64}$/i.test(value)) throw new TypeError(`${String(value)} is no hash`)
  return value.toLowerCase() as Hex
}

function toHex(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
