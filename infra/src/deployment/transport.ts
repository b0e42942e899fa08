import { rpcTransport } from '@parley/http'
import { raceAbort } from '@parley/runtime'
import type { Transport } from 'viem'

const requestTimeoutMs = 10_000
/** What was paid for must not be lost to one answer that did not come. */
const retries = 3

/** What `promise` gives, unless the deployment is asked to end: what was sent may be included all the same. */
export function untilEnded<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? promise : raceAbort(promise, signal)
}

/** What the deployment asks: what it was given, or the L2 itself. */
export function transportOf(
  deps: { readonly transport?: Transport; readonly signal?: AbortSignal },
  url: string,
): Transport {
  return deps.transport ?? deployTransport(url, deps.signal)
}

/** To the L2 that is deployed on. @param signal - Ends all requests. */
export function deployTransport(url: string, signal: AbortSignal | undefined): Transport {
  return rpcTransport(url, { timeoutMs: requestTimeoutMs, retries, ...(signal && { signal }) })
}
