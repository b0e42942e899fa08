import { gatewayRoutes } from '@parley/api'
import { type Address, bytesToHex, type Hash, isAddressEqual } from 'viem'
import { createApi, type JsonOf } from '../api.ts'
import { ClientError } from '../faults.ts'
import type { HttpOptions, ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { encodeGatewayRequest, type GatewayRequest } from './forms.ts'
import { type GatewayPromise, gatewayPromiseOf, isPromised } from './promise.ts'

/** What a gateway says of itself. */
export type GatewayAbout = JsonOf<typeof gatewayRoutes.about>

export interface GatewayDeps extends ServerDeps {
  /** Address of the key that the gateway promises by. What it says of itself at first when left out, and then no other. */
  readonly key?: Address
}

/** What became of a request: the transaction, and the gateway's word for it. */
export interface Pledge {
  readonly gateway: string
  readonly hash: Hash
  readonly promise: GatewayPromise
}

/** A gateway: pays for who cannot, may refuse, cannot forge. */
export interface GatewayClient {
  /** Its URL without what is secret in it. */
  readonly name: string
  /** @throws {ClientError} what reading a server throws. */
  about(signal?: AbortSignal): Promise<GatewayAbout>
  /**
   * Has a signed change or invite sent. What comes back was promised for this request, by the gateway's key; whether it is kept,
   * `watchPledge` finds.
   * @throws {ClientError} `REQUEST_REFUSED`, `SERVER_BUSY`, `OUTCOME_UNKNOWN`; `PROMISE_INVALID`.
   */
  submit(request: GatewayRequest, signal?: AbortSignal): Promise<Pledge>
}

export function createGatewayClient(deps: GatewayDeps, options: HttpOptions = {}): GatewayClient {
  const api = createApi(deps, options)
  const name = serverEndpoint(deps.url).shown
  let known: GatewayAbout | undefined
  const about = async (signal?: AbortSignal): Promise<GatewayAbout> => {
    known ??= await api.json(gatewayRoutes.about, {}, signal)
    return known
  }
  return {
    name,
    about,
    async submit(request, signal) {
      const { chainId, publicInbox, key } = await about(signal)
      const { route, body, digest } = encodeGatewayRequest(request)
      const answer = await api.call(route, body, signal)
      const promise = gatewayPromiseOf(answer.promise)
      const reason = await wrong(promise, digest)
      if (reason !== undefined) throw new ClientError({ code: 'PROMISE_INVALID', gateway: name, reason })
      return { gateway: name, hash: bytesToHex(answer.hash), promise }

      async function wrong(given: GatewayPromise, requested: string): Promise<string | undefined> {
        if (given.requestDigest !== requested) return 'it is for another request'
        if (!isAddressEqual(given.key, deps.key ?? bytesToHex(key))) return 'it is by another key'
        const signed = await isPromised({ chainId, publicInbox: bytesToHex(publicInbox) }, given)
        return signed ? undefined : 'its signature is not by its key'
      }
    },
  }
}
