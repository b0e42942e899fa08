import { revertData } from '@parley/http'
import { raceAbort } from '@parley/runtime'
import { type Address, createPublicClient, type Hex, hexToBytes, type PublicClient, type Transport } from 'viem'
import { ask, unavailable } from './ask.ts'
import type { Call, TransactionChain } from './chain.ts'
import { TransactionError } from './faults.ts'
import { refusalOf } from './node-answers.ts'
import { createSendingChain } from './sending-chain.ts'
import { transferGas } from './sign-nothing.ts'

export interface ChainDeps {
  readonly transport: Transport
  /** A contract's error as text. */
  readonly describeRevert: (data: Hex) => string
}

/** The chain behind `transport`. @throws {TransactionError} `CHAIN_UNAVAILABLE`. */
export async function connectTransactionChain(
  { transport, describeRevert }: ChainDeps,
  signal: AbortSignal,
): Promise<TransactionChain> {
  const client = createPublicClient({ transport, cacheTime: 0 })
  const sending = createSendingChain(client, ask)
  const [chainId, { hash: genesis }] = await Promise.all([
    ask('eth_chainId', () => client.getChainId(), signal),
    ask('eth_getBlockByNumber', () => client.getBlock({ blockNumber: 0n }), signal),
  ])
  const request = (from: Address, { to, data, value }: Call) => ({ account: from, data, value, ...(to && { to }) })
  const tip = (signal: AbortSignal) => ask('eth_maxPriorityFeePerGas', () => suggestedTip(client), signal)
  return {
    ...sending,
    chainId,
    genesis,
    tip,
    async fees(signal) {
      const [{ baseFeePerGas }, suggested] = await Promise.all([sending.head(signal), tip(signal)])
      return { baseFee: baseFeePerGas, tip: suggested }
    },
    async estimateGas(from, call, signal) {
      try {
        // Nodes differ in the state they take by default; that of the latest block is the same everywhere.
        const estimate = client.estimateGas({ ...request(from, call), blockTag: 'latest', prepare: false })
        return await raceAbort(estimate, signal)
      } catch (error) {
        if (signal.aborted) throw signal.reason
        const data = revertData(error)
        if (data !== undefined)
          throw new TransactionError({ code: 'TRANSACTION_REFUSED', reason: describeRevert(data) }, { cause: error })
        throw (await fundsMissing(client, from, call.value, error, signal)) ?? unavailable('eth_estimateGas', error)
      }
    },
    async failure(from, call, blockNumber, signal) {
      try {
        // The state before the block, in which earlier transactions of the same block are missing: a good guess only.
        await raceAbort(client.call({ ...request(from, call), blockNumber: blockNumber - 1n }), signal)
        return 'reason unknown'
      } catch (error) {
        if (signal.aborted) throw signal.reason
        const data = revertData(error)
        return data === undefined ? 'reason unknown' : describeRevert(data)
      }
    },
  }
}

/** What the node suggests as a tip; 0 where it suggests none, for then the least tip of the limits will do. */
async function suggestedTip(client: PublicClient): Promise<bigint> {
  try {
    return BigInt(await client.request({ method: 'eth_maxPriorityFeePerGas' }))
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    return 0n
  }
}

/** The fault of an account that cannot pay; undefined when it can. Nodes refuse its calls each in words of their own. */
async function fundsMissing(
  client: PublicClient,
  address: Address,
  value: bigint,
  error: unknown,
  signal: AbortSignal,
): Promise<TransactionError | undefined> {
  if (refusalOf(error) === undefined) return undefined
  const [balance, block] = await Promise.all([
    ask('eth_getBalance', () => client.getBalance({ address }), signal),
    ask('eth_getBlockByNumber', () => client.getBlock(), signal),
  ])
  const least = value + transferGas * (block.baseFeePerGas ?? 0n)
  if (balance >= least) return undefined
  return new TransactionError({ code: 'FUNDS_MISSING', address: hexToBytes(address), balance, least }, { cause: error })
}
