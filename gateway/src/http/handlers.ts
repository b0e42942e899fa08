import { type gatewayRoutes, RequestError } from '@parley/api'
import { type ApiServer, type Handlers, healthHandlers, json as jsonType, octets } from '@parley/api/server'
import { type GatewayRequest, gatewayContactOf, gatewayInviteOf } from '@parley/client'
import type { FastifyRequest } from 'fastify'
import { bytesToHex, hexToBytes } from 'viem'
import type { Gateway } from '../gateway.ts'
import { unitsOf } from '../options.ts'
import { l2Time } from '../relaying/l2.ts'

export interface GatewayHandlerDeps {
  readonly gateway: Gateway
  readonly version: string
  /** Ends with the server. */
  readonly signal: AbortSignal
}

/** What a gateway answers on its routes. */
export function gatewayHandlers(
  { exchangeOf }: ApiServer,
  { gateway, version, signal }: GatewayHandlerDeps,
): Handlers<typeof gatewayRoutes> {
  const { settings, deps } = gateway
  const carryOut = async (asked: GatewayRequest, request: FastifyRequest) => {
    const { hash, promise } = await gateway.carryOut(asked, exchangeOf(request).source, signal)
    return {
      hash: hexToBytes(hash),
      promise: {
        requestDigest: hexToBytes(promise.requestDigest),
        includeBy: promise.includeBy,
        key: hexToBytes(promise.key),
        signature: hexToBytes(promise.signature),
      },
    }
  }
  return {
    async about() {
      return {
        chainId: deps.chainId,
        directory: hexToBytes(deps.contracts.directory),
        publicInbox: hexToBytes(deps.contracts.inbox),
        relayer: hexToBytes(deps.sender.address),
        key: hexToBytes(deps.key.address),
        includeWithinSeconds: settings.includeWithinSeconds,
        units: { contacts: settings.contactUnits, invites: settings.inviteUnits },
        anonymous: unitsOf(settings, 'anonymous'),
        recipient: unitsOf(settings, 'recipient'),
        maxInviteFee: gateway.maxInviteFee,
        version,
      }
    },
    async quote({ body }) {
      const { kind, value } = json(body)
      const { key, signature, ...quote } = await gateway.quote(
        kind === 'contacts'
          ? { kind }
          : {
              kind,
              sender: bytesToHex(value.sender),
              recipient: bytesToHex(value.recipient),
              contentDigest: bytesToHex(value.contentDigest),
              gateData: bytesToHex(value.gateData),
            },
      )
      return { ...quote, key: hexToBytes(key), signature: hexToBytes(signature) }
    },
    contact: async ({ body, request }) => carryOut(gatewayContactOf(json(body)), request),
    invite: async ({ body, request }) => carryOut(gatewayInviteOf(json(body)), request),
    ...healthHandlers({ registry: deps.registry, unreadyBecause: () => away(gateway) }),
  }
}

/** These routes take JSON alone. */
function json<T>(body: T | Uint8Array): T {
  if (body instanceof Uint8Array)
    throw new RequestError({ code: 'CONTENT_TYPE', received: octets, expected: [jsonType] })
  return body
}

async function away({ deps }: Gateway): Promise<string | undefined> {
  try {
    await l2Time(deps.client)
    return undefined
  } catch (error) {
    return `the L2 does not answer: ${(error as Error).message}`
  }
}
