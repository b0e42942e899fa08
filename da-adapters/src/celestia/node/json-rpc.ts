import { type Endpoint, ExchangeError, endpointOf, exchange } from '@parley/http'
import { faultOfExchange, faultOfStatus, faultSaid, NodeFault } from './node-fault.ts'

export interface JsonRpcOptions {
  readonly url: string
  /** Bearer token; goes into a header only. */
  readonly token: string | undefined
}

/** Bounds of one call. */
export interface CallBounds {
  /** Bytes of the answer at most. */
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** JSON-RPC with positional parameters over HTTP, one request at a time. */
export interface JsonRpc {
  /** @throws {NodeFault}; the signal's reason. */
  call(method: string, params: readonly unknown[], bounds: CallBounds, signal: AbortSignal): Promise<unknown>
}

const id = 1

export function createJsonRpc({ url, token }: JsonRpcOptions): JsonRpc {
  const endpoint: Endpoint = endpointOf(url)
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const { shown } = endpoint

  async function post(body: string, { maxBytes, timeoutMs }: CallBounds, signal: AbortSignal) {
    try {
      return await exchange({ endpoint, method: 'POST', headers, body, maxBytes, timeoutMs }, signal)
    } catch (error) {
      if (error instanceof ExchangeError) throw faultOfExchange(error)
      throw error
    }
  }

  return {
    async call(method, params, bounds, signal) {
      const answer = await post(JSON.stringify({ jsonrpc: '2.0', id, method, params }), bounds, signal)
      if (answer.body === undefined)
        throw new NodeFault('nonsense', `${shown} answered more than ${bounds.maxBytes} bytes`)
      // Errors of the framework come with status 500 and JSON: the body says more than the status.
      const told = objectOf(answer.body)
      if (told !== undefined && typeof told.error === 'object' && told.error !== null) {
        const { code, message } = told.error as { code?: unknown; message?: unknown }
        if (typeof code === 'number' && typeof message === 'string') throw faultSaid(code, message)
      }
      if (answer.status !== 200) throw faultOfStatus(answer.status, answer.headers, shown)
      if (told === undefined || !('result' in told) || told.id !== id)
        throw new NodeFault('nonsense', `${shown} answered something else than JSON-RPC`)
      return told.result
    },
  }
}

function objectOf(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    // A page of a proxy, or an answer cut short.
    return undefined
  }
}
