import { http, type Transport } from 'viem'

/**
 * JSON-RPC over HTTP as this package wants it: no hidden retries, since only the sender knows which request may be
 * repeated; requests made together go together.
 */
export function l2Transport(url: string, options: { readonly timeoutMs: number }): Transport {
  return http(url, { retryCount: 0, timeout: options.timeoutMs, batch: { batchSize: 50, wait: 0 } })
}
