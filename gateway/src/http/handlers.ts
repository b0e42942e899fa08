import { type gatewayProof, gatewayRoutes, RequestError, type ValueOf } from '@parley/api'
import { type ApiServer, type Handlers, healthHandlers, json as jsonType, octets } from '@parley/api/server'
import { encodedRequest, type GatewayRequest, gatewayContactOf, gatewayForcedOf, gatewayInviteOf } from '@parley/client'
import type { FastifyRequest } from 'fastify'
import { bytesToHex, hexToBytes } from 'viem'
import type { Payment } from '../allowances.ts'
import { GatewayError } from '../faults.ts'
import type { Gateway, SignedPromise } from '../gateway.ts'
import type { GivenProof } from '../issuing.ts'
import { unitsOf } from '../options.ts'
import { l2Time } from '../relaying/l2.ts'
import { tokensOf } from '../tokens/tokens.ts'

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
  const paymentOf = (request: FastifyRequest): Payment => ({
    source: exchangeOf(request).source,
    tokens: tokensOf(request.headers.authorization),
  })
  const carryOut = async (asked: GatewayRequest, request: FastifyRequest) => {
    const { hash, promise } = await gateway.carryOut(asked, paymentOf(request), signal)
    return { hash: hexToBytes(hash), promise: promiseValue(promise) }
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
        units: {
          contacts: gateway.units.contact,
          invites: gateway.units.invite,
          forced: gateway.units.forced,
          conversations: gateway.units.conversation,
        },
        tokens: await aboutTokens(gateway),
        conversations: aboutConversations(gateway),
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
    forced: async ({ body, request }) => carryOut(gatewayForcedOf(json(body)), request),
    reserve: async ({ request }) => gateway.reserve(paymentOf(request), signal),
    async conversation({ body }) {
      const asked = json(body)
      const { digest } = encodedRequest(gatewayRoutes.conversation, asked)
      const { created, promise } = await gateway.create(asked, digest, signal)
      return { ...created, promise: promiseValue(promise) }
    },
    async fund({ body, request }) {
      const asked = json(body)
      const { digest } = encodedRequest(gatewayRoutes.fund, asked)
      const { block, amount, promise } = await gateway.fund(asked, digest, paymentOf(request), signal)
      return { block, amount, promise: promiseValue(promise) }
    },
    async tokens({ body, request }) {
      const { requests, proof } = json(body)
      if (gateway.issuing === undefined) throw new GatewayError({ code: 'NOT_SERVED', what: 'tokens' })
      return gateway.issuing.issue(requests, proofOf(proof), exchangeOf(request).source, signal)
    },
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

const promiseValue = ({ requestDigest, includeBy, key, signature }: SignedPromise) => ({
  requestDigest: hexToBytes(requestDigest),
  includeBy,
  key: hexToBytes(key),
  signature: hexToBytes(signature),
})

/** A proof with its bytes as viem has them. */
function proofOf({ kind, value }: ValueOf<typeof gatewayProof>): GivenProof {
  const fields = Object.entries(value).map(([name, each]) => [
    name,
    each instanceof Uint8Array ? bytesToHex(each) : each,
  ])
  return { kind, value: Object.fromEntries(fields) }
}

async function aboutTokens({ deps, issuing }: Gateway) {
  if (deps.issuer === undefined || issuing === undefined) return null
  const { tokens } = deps.issuer
  const { spki } = await tokens.current()
  return {
    issuer: tokens.issuer,
    key: spki,
    challenge: tokens.challenge,
    proofs: issuing.kinds,
    perDay: issuing.perDay,
  }
}

function aboutConversations({ deps, l3 }: Gateway) {
  if (deps.l3 === undefined || l3 === undefined) return null
  const shards = [...new Set(deps.l3.accounts.map(({ shard }) => shard))]
  return { shards, maxAllowance: l3.bounds.maxAllowance, unitMwei: l3.bounds.unitMwei }
}
