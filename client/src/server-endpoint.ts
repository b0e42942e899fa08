import { type Endpoint, endpointOf } from '@parley/http'
import { ClientError } from './faults.ts'

/** Where a server is. @throws {ClientError} `ARGUMENT_INVALID` when `url` is none; it is not repeated. */
export function serverEndpoint(url: string): Endpoint {
  try {
    return endpointOf(url)
  } catch (cause) {
    throw new ClientError({ code: 'ARGUMENT_INVALID', field: 'url', reason: (cause as Error).message }, { cause })
  }
}

/** A connection of a server, with `http` replaced by `ws`. */
export interface SocketPlace {
  readonly url: string
  /** Credentials of the server's URL; browsers send none. */
  readonly headers: Readonly<Record<string, string>>
  /** What faults may say of it. */
  readonly shown: string
}

/** Where the WebSocket of a path is. @throws {ClientError} `ARGUMENT_INVALID`. */
export function socketPlace(url: string, path: string): SocketPlace {
  const { headers, shown, at } = serverEndpoint(url)
  const toSocket = (address: string): string => address.replace(/^http/, 'ws')
  return { url: toSocket(at(path)), headers, shown: toSocket(shown) + path }
}
