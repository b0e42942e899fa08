import { abortable, ask, revertData, unavailable } from '@parley/l2'
import { SettlementError } from '@parley/protocol'
import { type Address, createPublicClient, type Hex, TransactionReceiptNotFoundError, type Transport } from 'viem'
import { readRejection } from '../rpc/rejections.ts'
import { describeRevert } from '../rpc/reverts.ts'
import type { Broadcast, Call, TransactionChain } from './chain.ts'

/** The L2 behind `transport`. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
export async function connectTransactionChain(transport: Transport, signal: AbortSignal): Promise<TransactionChain> {
  const client = createPublicClient({ transport, cacheTime: 0 })
  const chainId = await ask(() => client.getChainId(), signal)
  const request = (from: Address, { to, data, value }: Call) => ({ account: from, data, value, ...(to && { to }) })
  return {
    chainId,
    transactionCount: (address, state, signal) =>
      ask(() => client.getTransactionCount({ address, blockTag: state }), signal),
    headNumber: (signal) => ask(() => client.getBlockNumber({ cacheTime: 0 }), signal),
    async fees(signal) {
      const [block, tip] = await ask(
        () => Promise.all([client.getBlock(), client.request({ method: 'eth_maxPriorityFeePerGas' })]),
        signal,
      )
      if (block.baseFeePerGas === null) throw unavailable('the chain has no base fee')
      return { baseFee: block.baseFeePerGas, tip: BigInt(tip) }
    },
    async estimateGas(from, call, signal) {
      try {
        // Nodes differ in the state they take by default; that of the latest block is the same everywhere.
        const estimate = client.estimateGas({ ...request(from, call), blockTag: 'latest', prepare: false })
        return await abortable(estimate, signal)
      } catch (error) {
        const data = revertData(error)
        if (data === undefined) throw signal.aborted ? signal.reason : unavailable(error)
        throw new SettlementError({ code: 'TRANSACTION_REFUSED', reason: describeRevert(data) }, { cause: error })
      }
    },
    async broadcast(raw: Hex, signal): Promise<Broadcast> {
      try {
        await abortable(client.sendRawTransaction({ serializedTransaction: raw }), signal)
        return { kind: 'accepted' }
      } catch (error) {
        const rejection = readRejection(error)
        if (rejection === undefined) throw signal.aborted ? signal.reason : unavailable(error)
        return rejection
      }
    },
    receipt: (hash, signal) =>
      ask(async () => {
        try {
          return await client.getTransactionReceipt({ hash })
        } catch (error) {
          if (error instanceof TransactionReceiptNotFoundError) return undefined
          throw error
        }
      }, signal),
    async failure(from, call, blockNumber, signal) {
      try {
        // The state before the block, in which earlier transactions of the same block are missing: a good guess only.
        await abortable(client.call({ ...request(from, call), blockNumber: blockNumber - 1n }), signal)
        return 'reason unknown'
      } catch (error) {
        if (signal.aborted) throw signal.reason
        const data = revertData(error)
        return data === undefined ? 'reason unknown' : describeRevert(data)
      }
    },
  }
}
