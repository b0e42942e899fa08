import { http, type Transport } from 'viem'
import { endpointOf } from './endpoint.ts'
import { rpcFetch, rpcFetchDefaults } from './rpc-fetch.ts'

export interface RpcTransportOptions {
  /** Milliseconds for one request. */
  readonly timeoutMs: number
  /** Ends the requests under way, and all later ones. */
  readonly signal?: AbortSignal
  /** Times that a request which got no answer is repeated, transactions included. @default 0 */
  readonly retries?: number
  /** Requests of one batch at most, fewer once the node refuses so many; 1 for none. @default 50 */
  readonly maxBatch?: number
}

/**
 * JSON-RPC over HTTP: requests made together go together, in batches as large as the node takes them. No error of it has the
 * URL's credentials or keys.
 * @throws {TypeError} when `url` is none.
 */
export function rpcTransport(url: string, options: RpcTransportOptions): Transport {
  const { maxBatch = rpcFetchDefaults.maxBatch, timeoutMs, signal, retries = 0 } = options
  const endpoint = endpointOf(url)
  return http(endpoint.shown, {
    fetchFn: rpcFetch(endpoint, { ...rpcFetchDefaults, maxBatch }),
    retryCount: retries,
    timeout: timeoutMs,
    batch: maxBatch > 1 && { batchSize: maxBatch, wait: 0 },
    maxResponseBodySize: rpcFetchDefaults.maxAnswerBytes,
    ...(signal && { fetchOptions: { signal } }),
  })
}
