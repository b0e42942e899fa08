import { unavailable } from '../fault.ts'
import type { FeeMarket } from './fees.ts'
import type { L1, L1Block } from './l1.ts'
import { blobsLayer } from './layer.ts'
import type { BlobTips } from './tips.ts'

/** @throws {DaError} `DA_UNAVAILABLE`. */
export async function latestBlock(l1: L1, signal: AbortSignal): Promise<L1Block> {
  const block = await l1.block('latest', signal)
  if (block === undefined) throw unavailable(blobsLayer, 'the L1 node has no latest block')
  return block
}

/** What the L1 asks for now. @throws {DaError} `DA_UNAVAILABLE`. */
export async function feeMarket(l1: L1, tips: BlobTips, head: L1Block, signal: AbortSignal): Promise<FeeMarket> {
  const [blobBaseFee, priorityFeePerGas] = await Promise.all([l1.blobBaseFee(signal), tips.at(head, signal)])
  return { baseFeePerGas: head.baseFeePerGas, blobBaseFee, priorityFeePerGas }
}
