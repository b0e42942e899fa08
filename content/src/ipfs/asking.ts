import { type Endpoint, ExchangeError, type ExchangeRequest, exchange } from '@parley/http'
import { ContentError } from '../faults.ts'

/** What a server of IPFS answered. */
export interface IpfsAnswer {
  readonly store: string
  /** Whether it refused with words like these. */
  says(words: RegExp): boolean
  /** @throws {ContentError} `STORE_REFUSED` unless it is 2xx; `STORE_UNAVAILABLE` when it is longer than was asked for. */
  ok(): { readonly body: Uint8Array }
}

export type Ask = (request: Omit<ExchangeRequest, 'endpoint' | 'timeoutMs'>, signal: AbortSignal) => Promise<IpfsAnswer>

/** Asks one server. @throws {ContentError} `STORE_UNAVAILABLE` when no answer came. */
export function asking(endpoint: Endpoint, timeoutMs: number): Ask {
  const store = endpoint.shown
  return async (request, signal) => {
    const answer = await exchange({ ...request, endpoint, timeoutMs }, signal).catch((error: unknown) => {
      if (!(error instanceof ExchangeError)) throw error
      throw new ContentError({ code: 'STORE_UNAVAILABLE', store, reason: error.message }, { cause: error })
    })
    const { status, body } = answer
    const good = status >= 200 && status < 300
    const words = good
      ? ''
      : Buffer.from(body ?? [])
          .toString()
          .slice(0, 200)
    return {
      store,
      says: (pattern) => !good && pattern.test(words),
      ok() {
        if (!good) throw new ContentError({ code: 'STORE_REFUSED', store, status, reason: words || `status ${status}` })
        if (body === undefined)
          throw new ContentError({
            code: 'STORE_UNAVAILABLE',
            store,
            reason: `it sends more than ${request.maxBytes} bytes`,
          })
        return { body }
      },
    }
  }
}
