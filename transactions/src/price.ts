import type { TransactionReceipt } from 'viem'
import type { Fees } from './chain.ts'

/** Wei that was paid for a gas; where the node does not tell, what was offered at most. */
export function priceOf({ effectiveGasPrice }: TransactionReceipt, { maxFeePerGas }: Fees): bigint {
  // Typed as always there, which nodes of before London did not keep.
  return (effectiveGasPrice as bigint | undefined) ?? maxFeePerGas
}
