import { ask, revertData, unavailable } from '@parley/l2'
import { SettlementError } from '@parley/protocol'
import { raceAbort } from '@parley/runtime'
import { type Address, createPublicClient, type Hex, hexToBytes, type PublicClient, type Transport } from 'viem'
import type { Broadcast, Call, TransactionChain } from './chain.ts'
import { refusalOf, transactionCount, transactionReceipt } from './node-answers.ts'
import { readRejection } from './rejections.ts'

export interface ChainDeps {
  readonly transport: Transport
  /** A contract's error as text. */
  readonly describeRevert: (data: Hex) => string
}

/** The chain behind `transport`. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
export async function connectTransactionChain(
  { transport, describeRevert }: ChainDeps,
  signal: AbortSignal,
): Promise<TransactionChain> {
  const client = createPublicClient({ transport, cacheTime: 0 })
  const [chainId, { hash: genesis }] = await ask(
    () => Promise.all([client.getChainId(), client.getBlock({ blockNumber: 0n })]),
    signal,
  )
  const request = (from: Address, { to, data, value }: Call) => ({ account: from, data, value, ...(to && { to }) })
  return {
    chainId,
    genesis,
    transactionCount: (address, state, signal) => ask(() => transactionCount(client, address, state), signal),
    headNumber: (signal) => ask(() => client.getBlockNumber({ cacheTime: 0 }), signal),
    async fees(signal) {
      const [block, tip] = await ask(() => Promise.all([client.getBlock(), suggestedTip(client)]), signal)
      if (block.baseFeePerGas === null) throw unavailable('the chain has no base fee')
      return { baseFee: block.baseFeePerGas, tip }
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
          throw new SettlementError({ code: 'TRANSACTION_REFUSED', reason: describeRevert(data) }, { cause: error })
        throw (await fundsMissing(client, from, call.value, error, signal)) ?? unavailable(error)
      }
    },
    async broadcast(raw: Hex, signal): Promise<Broadcast> {
      try {
        await raceAbort(client.sendRawTransaction({ serializedTransaction: raw }), signal)
        return { kind: 'accepted' }
      } catch (error) {
        const rejection = readRejection(error)
        if (rejection === undefined) throw signal.aborted ? signal.reason : unavailable(error)
        return rejection
      }
    },
    receipt: (hash, signal) => ask(() => transactionReceipt(client, hash), signal),
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

/** Gas of the cheapest transaction there is. */
const leastGas = 21_000n

/** The fault of an account that cannot pay; undefined when it can. Nodes refuse its calls each in words of their own. */
async function fundsMissing(
  client: PublicClient,
  address: Address,
  value: bigint,
  error: unknown,
  signal: AbortSignal,
): Promise<SettlementError | undefined> {
  if (refusalOf(error) === undefined) return undefined
  const [balance, block] = await ask(() => Promise.all([client.getBalance({ address }), client.getBlock()]), signal)
  const least = value + leastGas * (block.baseFeePerGas ?? 0n)
  if (balance >= least) return undefined
  return new SettlementError({ code: 'FUNDS_MISSING', address: hexToBytes(address), balance, least }, { cause: error })
}
