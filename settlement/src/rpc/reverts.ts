import { inboxAbi, rollupAbi } from '@parley/contracts'
import { type Abi, BaseError, decodeErrorResult, type Hex, isHex } from 'viem'

const abi: Abi = [...rollupAbi, ...inboxAbi]

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

/** Data that a failed call came back with; undefined when `error` tells of no revert. */
export function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined
  let found: Hex | undefined
  error.walk((inner) => {
    const { data, code } = inner as { data?: unknown; code?: unknown }
    const bytes = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data
    if (isHex(bytes)) found = bytes
    // Code 3 is "execution error" of every client; those that send no data with it revert without any.
    else if (code === 3) found ??= '0x'
    return false
  })
  return found
}
