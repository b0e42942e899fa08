import { BaseError, type Hex, isHex } from 'viem'

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
