import type { Head } from '@parley/transactions'
import type { FeeMarket } from './fees.ts'
import type { L1 } from './l1.ts'
import type { BlobTips } from './tips.ts'

/** What the L1 asks for now. @throws {DaError} `DA_UNAVAILABLE`. */
export async function feeMarket(l1: L1, tips: BlobTips, head: Head, signal: AbortSignal): Promise<FeeMarket> {
  const [blobBaseFee, priorityFeePerGas] = await Promise.all([l1.blobBaseFee(signal), tips.at(head, signal)])
  return { baseFeePerGas: head.baseFeePerGas, blobBaseFee, priorityFeePerGas }
}
