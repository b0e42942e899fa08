import { CliError } from '@parley/cli'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { type Address, createTestClient, type Hex, hexToBigInt, hexToNumber, http, numberToHex } from 'viem'
import { type Anvil, startAnvil } from '../../devnet/anvil.ts'
import { devMnemonic } from '../../devnet/roles.ts'
import { readyWithinMs } from '../../process/ready-within.ts'

export interface SimulatedChainDeps {
  readonly clock: Clock
  readonly log: Logger
}

export interface SimulatedChainOptions {
  /** Accounts with 10,000 ether each, all of which the chain signs for. */
  readonly accounts: number
  /** Seconds since 1970 of the first block. */
  readonly genesisTimestamp: bigint
  /** Wei that every transaction pays for a unit of gas: the base fee of every block. */
  readonly gasPrice: bigint
}

/** One transaction of an account of the chain. */
export interface Transaction {
  readonly from: Address
  /** Left out to deploy. */
  readonly to?: Address
  readonly data: Hex
  readonly value: bigint
}

/** A log as JSON-RPC gives it. */
export interface Log {
  readonly address: Address
  readonly topics: [Hex, ...Hex[]]
  readonly data: Hex
}

/** What became of a transaction. */
export interface Outcome {
  readonly succeeded: boolean
  readonly hash: Hex
  /** Place in its block. */
  readonly index: number
  readonly gasUsed: bigint
  /** Wei. */
  readonly gasPaid: bigint
  readonly logs: readonly Log[]
  /** Contract that it deployed. */
  readonly contract: Address | undefined
}

interface Receipt {
  readonly status: Hex
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Address | null
  readonly logs: readonly Log[]
}

/** One view of a contract. */
export interface View {
  readonly to: Address
  readonly data: Hex
  readonly from?: Address
}

/** What a view gave: its bytes, or those that it reverted with. */
export type Viewed = { readonly reverted: false; readonly data: Hex } | { readonly reverted: true; readonly data: Hex }

/** A development L2 whose blocks and time are made as they are asked for. */
export interface SimulatedChain {
  /** JSON-RPC. */
  readonly url: string
  readonly accounts: readonly Address[]
  /** Seconds since 1970 of the last block. */
  readonly now: bigint
  /**
   * Puts the transactions into one block at `timestamp`, later than the block before. Those of one account stay in their
   * order; which account comes first is the chain's to say, and always the same.
   * @returns in the order of the transactions given.
   */
  execute(timestamp: bigint, transactions: readonly Transaction[]): Promise<readonly Outcome[]>
  /** Calls views at the last block, as if it had been made at `timestamp`. */
  view(views: readonly View[], timestamp?: bigint): Promise<readonly Viewed[]>
  balances(of: readonly Address[]): Promise<readonly bigint[]>
  /** What a transaction that failed reverted with. */
  revertData(hashes: readonly Hex[]): Promise<readonly Hex[]>
  /** Remembers everything; `restore` comes back to it as often as one likes. */
  snapshot(): Promise<Snapshot>
  restore(snapshot: Snapshot): Promise<void>
  stop(): Promise<void>
}

/** A state to come back to. */
export interface Snapshot {
  id: Hex
  readonly now: bigint
  readonly nonces: ReadonlyMap<Address, number>
}

/** Enough for whatever one transaction does here; what is not used is not paid. */
const gasLimit = 8_000_000n
const blockGasLimit = 2n ** 40n
/** Requests of one JSON-RPC batch. */
const batchSize = 250
/** Of every simulated chain. */
export const chainId = 901

type Request = (call: { readonly method: string; readonly params?: readonly unknown[] }) => Promise<unknown>

/**
 * Starts it, without blocks but the first.
 * @throws {LabError} what starting an anvil throws.
 */
export async function startSimulatedChain(
  deps: SimulatedChainDeps,
  options: SimulatedChainOptions,
  signal: AbortSignal,
): Promise<SimulatedChain> {
  const anvil = await startAnvil(
    deps,
    {
      family: 'optimism',
      chainId,
      hardfork: 'jovian',
      mining: { kind: 'manual' },
      mnemonic: devMnemonic,
      accounts: options.accounts,
      safeAfterBlocks: 1,
      gasLimit: blockGasLimit,
      genesisTimestamp: options.genesisTimestamp,
      readyWithinMs,
    },
    signal,
  )
  const transport = http(anvil.url, { batch: { batchSize, wait: 0 }, timeout: 120_000, retryCount: 0 })
  const client = createTestClient({ mode: 'anvil', transport, cacheTime: 0 })
  const request = client.request as Request
  const accounts = ((await request({ method: 'eth_accounts' })) as Address[]).map(
    (address) => address.toLowerCase() as Address,
  )
  return createSimulatedChain(anvil, request, accounts, options)
}

function createSimulatedChain(
  anvil: Anvil,
  request: Request,
  accounts: readonly Address[],
  { genesisTimestamp, gasPrice }: SimulatedChainOptions,
): SimulatedChain {
  let now = genesisTimestamp
  let nonces = new Map<Address, number>()

  const send = async (transaction: Transaction): Promise<Hex> => {
    const nonce = nonces.get(transaction.from) ?? 0
    nonces.set(transaction.from, nonce + 1)
    const { from, to, data, value } = transaction
    const fields = { nonce: numberToHex(nonce), gas: numberToHex(gasLimit), gasPrice: numberToHex(gasPrice) }
    const params = [{ from, to, data, value: numberToHex(value), ...fields }]
    return (await request({ method: 'eth_sendTransaction', params })) as Hex
  }

  return {
    url: anvil.url,
    accounts,
    get now() {
      return now
    },
    async execute(timestamp, transactions) {
      // First, for a transaction that offers less than the base fee is not even taken.
      const set = [
        request({ method: 'anvil_setNextBlockBaseFeePerGas', params: [numberToHex(gasPrice)] }),
        request({ method: 'evm_setNextBlockTimestamp', params: [numberToHex(timestamp)] }),
      ]
      const hashes = await sendInOrder(transactions, send)
      await Promise.all(set)
      await request({ method: 'evm_mine' })
      now = timestamp
      const receipts = (await request({ method: 'eth_getBlockReceipts', params: ['latest'] })) as Receipt[]
      const found = new Map(receipts.map((receipt) => [receipt.transactionHash, receipt]))
      return hashes.map((hash) => outcomeOf(hash, found.get(hash)))
    },
    view: (views, timestamp) => {
      const at = timestamp === undefined ? [] : [{}, { time: numberToHex(timestamp) }]
      return Promise.all(views.map((view) => viewed(request, ['latest', ...at], view)))
    },
    balances: async (of) => {
      const asked = of.map((address) => request({ method: 'eth_getBalance', params: [address, 'latest'] }))
      return (await Promise.all(asked)).map((balance) => hexToBigInt(balance as Hex))
    },
    revertData: (hashes) => Promise.all(hashes.map((hash) => revertOf(request, hash))),
    async snapshot() {
      const id = (await request({ method: 'evm_snapshot' })) as Hex
      return { id, now, nonces: new Map(nonces) }
    },
    async restore(snapshot) {
      await request({ method: 'evm_revert', params: [snapshot.id] })
      // A snapshot is used up by going back to it.
      snapshot.id = (await request({ method: 'evm_snapshot' })) as Hex
      now = snapshot.now
      nonces = new Map(snapshot.nonces)
    },
    stop: anvil.stop,
  }
}

async function viewed(request: Request, at: readonly unknown[], { to, data, from }: View): Promise<Viewed> {
  try {
    const result = await request({ method: 'eth_call', params: [{ from, to, data }, ...at] })
    return { reverted: false, data: result as Hex }
  } catch (error) {
    const reverted = revertDataOf(error)
    if (reverted === undefined) throw error
    return { reverted: true, data: reverted }
  }
}

/** Bytes that a call reverted with, somewhere in the causes of what was thrown. */
function revertDataOf(error: unknown): Hex | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { data } = cause as { readonly data?: unknown }
    if (typeof data === 'string' && data.startsWith('0x')) return data as Hex
  }
  const { cause } = error as { readonly cause?: { readonly data?: unknown } }
  return typeof cause?.data === 'string' ? (cause.data as Hex) : undefined
}

async function revertOf(request: Request, hash: Hex): Promise<Hex> {
  const params = [hash, { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }]
  const { output } = (await request({ method: 'debug_traceTransaction', params })) as { readonly output?: Hex }
  return output ?? '0x'
}

/** In one batch after the other: those of one batch are taken in order, those of two side by side are not. */
async function sendInOrder(
  transactions: readonly Transaction[],
  send: (transaction: Transaction) => Promise<Hex>,
): Promise<readonly Hex[]> {
  const hashes: Hex[] = []
  const atOnce = batchSize - 2
  for (let from = 0; from < transactions.length; from += atOnce)
    hashes.push(...(await Promise.all(transactions.slice(from, from + atOnce).map(send))))
  return hashes
}

function outcomeOf(hash: Hex, receipt: Receipt | undefined): Outcome {
  if (receipt === undefined)
    throw new CliError({ code: 'ANSWER_INVALID', server: 'anvil', field: hash, reason: 'is not in the block' })
  const gasUsed = hexToBigInt(receipt.gasUsed)
  return {
    succeeded: receipt.status === '0x1',
    hash,
    index: hexToNumber(receipt.transactionIndex),
    gasUsed,
    gasPaid: gasUsed * hexToBigInt(receipt.effectiveGasPrice),
    logs: receipt.logs,
    contract: receipt.contractAddress ?? undefined,
  }
}
