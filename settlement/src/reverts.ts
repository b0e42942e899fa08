import {
  contactDirectoryAbi,
  inboxAbi,
  malformedProofAbi,
  operationProofAbi,
  pagesAbi,
  publicInboxAbi,
  rollupAbi,
} from '@parley/contracts'
import { type Abi, decodeErrorResult, type Hex } from 'viem'

/** A verifier's refusal comes through the rollup as it is. */
const abi: Abi = [
  ...rollupAbi,
  ...inboxAbi,
  ...malformedProofAbi,
  ...operationProofAbi,
  ...pagesAbi,
  ...contactDirectoryAbi,
  ...publicInboxAbi,
]

/** A contract's error as text: its name and arguments, or the data itself when no contract of ours has such an error. */
export function describeRevert(data: Hex): string {
  if (data === '0x') return 'reverted without data'
  try {
    const { errorName, args } = decodeErrorResult({ abi, data })
    return `${errorName}(${(args ?? []).map(String).join(', ')})`
  } catch {
    // Not an error of ours: the raw data is all there is to tell.
    return `reverted with ${data}`
  }
}
