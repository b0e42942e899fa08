import { gatewayRoutes } from '@parley/api'
import { type Bytes32, type InitialMember, type Mwei, mwei, type Signature, sameBytes } from '@parley/protocol/light'
import { type Address, bytesToHex, type Hash, type Hex, isAddressEqual } from 'viem'
import { createApi, type JsonOf } from '../api.ts'
import { type Consent, conversationId, type Deployment } from '../build/conversation.ts'
import { ClientError } from '../faults.ts'
import type { HttpOptions, ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { encodedRequest, encodeGatewayRequest, type GatewayRequest } from './forms.ts'
import { type GatewayPromise, gatewayPromiseOf, isPromised } from './promise.ts'
import { type GatewayProof, gatewayProofValue } from './proofs.ts'
import { draftToken, requestsDigestOf, tokenHeader } from './tokens.ts'

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

/** What pays for a request beside the address that it comes from. */
export interface GatewayPayment {
  /** As many as the request takes units, each made by `draftTokens`; the address pays when left out. */
  readonly tokens?: readonly Uint8Array[]
}

export interface CreateByGatewayParameters extends GatewayPayment {
  readonly deployment: Deployment
  readonly members: readonly InitialMember[]
  /** One a member, in their order; asked for within the three seconds that an account is reserved. */
  readonly consents: readonly Consent[]
  /** 32 bytes; drawn when left out. */
  readonly salt?: Bytes32
}

/** A conversation that a gateway created, by its word: `conversation` of a sequencer or a node shows it. */
export interface CreatedByGateway {
  readonly shard: number
  readonly index: number
  readonly id: Bytes32
  readonly block: bigint
  readonly promise: GatewayPromise
}

export interface FundByGatewayParameters extends GatewayPayment {
  readonly shard: number
  readonly conversation: number
  readonly member: number
  /** Each is worth what the gateway says of itself, in mwei. */
  readonly units: number
}

export interface FundedByGateway {
  readonly block: bigint
  readonly amount: Mwei
  readonly promise: GatewayPromise
}

/** A gateway: pays for who cannot, may refuse, cannot forge. Every call throws {@link ClientError}. */
export interface GatewayClient {
  /** Its URL without what is secret in it. */
  readonly name: string
  /** @throws {ClientError} what reading a server throws. */
  about(signal?: AbortSignal): Promise<GatewayAbout>
  /**
   * Has a signed change, invite or forced item sent. What comes back was promised for this request, by the gateway's key;
   * whether it is kept, `watchPledge` finds.
   * @throws {ClientError} `REQUEST_REFUSED`, `SERVER_BUSY`, `OUTCOME_UNKNOWN`; `PROMISE_INVALID`.
   */
  submit(request: GatewayRequest, payment?: GatewayPayment, signal?: AbortSignal): Promise<Pledge>
  /** Creates a conversation, whose id binds account, nonce and members: the gateway can put nobody else into it. As `submit`. */
  createConversation(parameters: CreateByGatewayParameters, signal?: AbortSignal): Promise<CreatedByGateway>
  /** Adds to a member's allowance. As `submit`. */
  fund(parameters: FundByGatewayParameters, signal?: AbortSignal): Promise<FundedByGateway>
  /**
   * Gets tokens for a proof; none of them can be linked with it.
   * @throws {ClientError} `TOKEN_INVALID` when the gateway issues none or its answer is no signature by its key; as `submit`.
   */
  draftTokens(count: number, proof: ProofMaker, signal?: AbortSignal): Promise<readonly Uint8Array[]>
}

/** Makes a proof for blinded requests, of which it is given SHA-256 of all of them: accounts sign that. */
export type ProofMaker = (requestsDigest: Hex, about: GatewayAbout) => GatewayProof | Promise<GatewayProof>

export function createGatewayClient(deps: GatewayDeps, options: HttpOptions = {}): GatewayClient {
  const api = createApi(deps, options)
  const name = serverEndpoint(deps.url).shown
  let known: GatewayAbout | undefined
  const about = async (signal?: AbortSignal): Promise<GatewayAbout> => {
    known ??= await api.json(gatewayRoutes.about, {}, signal)
    return known
  }
  const payBy = ({ tokens }: GatewayPayment = {}): Readonly<Record<string, string>> =>
    tokens === undefined ? {} : { authorization: tokenHeader(tokens) }
  const invalid = (reason: string) => new ClientError({ code: 'PROMISE_INVALID', gateway: name, reason })

  /** @throws {ClientError} `PROMISE_INVALID` unless it is for this request and by the gateway's key. */
  const promised = async (given: Parameters<typeof gatewayPromiseOf>[0], digest: Hex): Promise<GatewayPromise> => {
    const { chainId, publicInbox, key } = await about()
    const promise = gatewayPromiseOf(given)
    if (promise.requestDigest !== digest) throw invalid('it is for another request')
    if (!isAddressEqual(promise.key, deps.key ?? bytesToHex(key))) throw invalid('it is by another key')
    if (!(await isPromised({ chainId, publicInbox: bytesToHex(publicInbox) }, promise)))
      throw invalid('its signature is not by its key')
    return promise
  }

  return {
    name,
    about,
    async submit(request, payment, signal) {
      await about(signal)
      const { route, body, digest } = encodeGatewayRequest(request)
      const answer = await api.call(route, body, payBy(payment), signal)
      return { gateway: name, hash: bytesToHex(answer.hash), promise: await promised(answer.promise, digest) }
    },

    async createConversation({ deployment, members, consents, salt, ...payment }, signal) {
      await about(signal)
      const empty = encodedRequest(gatewayRoutes.reserve, {})
      const { reservation, shard, account, nonce } = await api.call(
        gatewayRoutes.reserve,
        empty.body,
        payBy(payment),
        signal,
      )
      const drawn = salt ?? crypto.getRandomValues(new Uint8Array(32))
      const create = { shard, account, nonce, salt: drawn, members: [...members] }
      const id = conversationId(deployment, create)
      const signatures: Signature[] = []
      for (const [slot, consent] of consents.entries()) signatures.push(await consent(id, slot, 0n))
      const value = { reservation, salt: drawn, members, consents: signatures }
      const { body, digest } = encodedRequest(gatewayRoutes.conversation, value)
      const answer = await api.call(gatewayRoutes.conversation, body, {}, signal)
      if (!sameBytes(answer.id, id)) throw invalid('it created another conversation')
      const { index, block } = answer
      return { shard, index, id, block, promise: await promised(answer.promise, digest) }
    },

    async fund({ tokens, ...funding }, signal) {
      await about(signal)
      const { body, digest } = encodedRequest(gatewayRoutes.fund, funding)
      const answer = await api.call(gatewayRoutes.fund, body, payBy(tokens === undefined ? {} : { tokens }), signal)
      return { block: answer.block, amount: mwei(answer.amount), promise: await promised(answer.promise, digest) }
    },

    async draftTokens(count, prove, signal) {
      // Anew: the key that signs is another each week.
      const said = await api.json(gatewayRoutes.about, {}, signal)
      if (said.tokens === null) throw new ClientError({ code: 'TOKEN_INVALID', reason: 'the gateway issues none' })
      const { key, challenge } = said.tokens
      const drafts = Array.from({ length: count }, () => draftToken(key, challenge))
      const requests = drafts.map(({ request }) => request)
      const proof = gatewayProofValue(await prove(requestsDigestOf(requests), said))
      const { body } = encodedRequest(gatewayRoutes.tokens, { requests, proof })
      const { responses } = await api.call(gatewayRoutes.tokens, body, {}, signal)
      if (responses.length !== count)
        throw new ClientError({ code: 'TOKEN_INVALID', reason: `${responses.length} answers to ${count} requests` })
      return drafts.map((draft, i) => draft.finish(responses[i] as Uint8Array))
    },
  }
}
