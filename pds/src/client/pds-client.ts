import { type AnyRoute, type PlaceOf, pathOf, pdsRouteLimits, pdsRoutes, type ValueOf } from '@parley/api'
import { type ExchangeAnswer, ExchangeError, endpointOf, exchange } from '@parley/http'
import { type Bytes32, joinBytes, sameBytes } from '@parley/protocol/light'
import { type Clock, systemClock } from '@parley/runtime'
import { type Address, hexToBytes, isAddressEqual } from 'viem'
import { PdsError } from '../faults.ts'
import { type Audience, authorizationHeader, authorize, type PdsDevice } from '../forms/authorization.ts'
import { encodeScope, type Scope } from '../forms/scope.ts'
import { decodeSigned, type Signed, signerOf } from '../forms/signing.ts'
import { decodeStatement, type Statement, type StatementKind } from '../forms/statements.ts'

/** What a service says of itself. */
export type PdsAbout = ValueOf<NonNullable<NonNullable<typeof pdsRoutes.about.answer>['json']>>

export interface PdsClientOptions {
  /** Such as `https://pds.example`; credentials, path and query are kept, and no fault tells them. */
  readonly url: string
  /** Address of the key that the service signs by. */
  readonly key: Address
  readonly chainId: bigint
  /** Address of the public inbox. */
  readonly inbox: Address
  /** Such as a messenger’s `device`. */
  readonly device: PdsDevice
  /** @default the machine's */
  readonly clock?: Clock
  /** Draws nonces. @default the system's */
  readonly random?: (bytes: number) => Uint8Array
  /** @default 10_000 */
  readonly timeoutMs?: number
}

/** What a service said, decoded, and as it signed it: that anybody can check. */
export interface Said<K extends StatementKind> {
  readonly statement: Statement<K>
  readonly signed: Signed
}

const octets = 'application/octet-stream'
/** Bytes of an answer that is none of a statement. */
const smallBytes = 65_536
const nonceBytes = 32
const none = new Uint8Array(0)

/**
 * A post-delivery service, as one device of its user asks it. Each statement is checked to be signed by the service’s key, for
 * this identity and for the very request.
 * @throws {PdsError} of every call: `PDS_UNAVAILABLE`, `PDS_REFUSED`, `PDS_ANSWER_INVALID`.
 */
export class PdsClient {
  /** The service’s URL without what is secret in it. */
  readonly name: string
  readonly options: PdsClientOptions
  readonly audience: Audience
  private readonly endpoint: ReturnType<typeof endpointOf>
  private readonly clock: Clock
  private readonly random: (bytes: number) => Uint8Array

  constructor(options: PdsClientOptions) {
    const { url, key, chainId, inbox, clock = systemClock } = options
    this.options = options
    this.endpoint = endpointOf(url)
    this.name = this.endpoint.shown
    this.audience = { chainId, inbox: hexToBytes(inbox), pds: hexToBytes(key) }
    this.clock = clock
    this.random = options.random ?? ((bytes) => crypto.getRandomValues(new Uint8Array(bytes)))
  }

  async about(signal: AbortSignal): Promise<PdsAbout> {
    const answer = await this.ask({ method: 'GET', path: pathOf(pdsRoutes.about), maxBytes: smallBytes }, signal)
    try {
      const said: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer))
      return pdsRoutes.about.answer?.json?.decode(said, '') as PdsAbout
    } catch (cause) {
      throw this.invalid('about', 'cannot be read', cause)
    }
  }

  /** Has the service follow and judge. What comes back names the key to which heads of invites may be sealed. */
  async giveScope(scope: Scope, signal: AbortSignal): Promise<Said<'scope'>> {
    const { identity } = this.options.device
    return this.say('scope', pdsRoutes.scope, { params: { identity } }, encodeScope(scope), signal)
  }

  inbox(cursor: bigint, signal: AbortSignal): Promise<Said<'inbox'>> {
    return this.say('inbox', pdsRoutes.inbox, { query: { cursor } }, none, signal)
  }

  conversations(since: bigint, signal: AbortSignal): Promise<Said<'conversations'>> {
    return this.say('conversations', pdsRoutes.conversations, { query: { since } }, none, signal)
  }

  record(shard: number, index: number, from: bigint, signal: AbortSignal): Promise<Said<'record'>> {
    return this.say('record', pdsRoutes.record, { params: { shard, index }, query: { from } }, none, signal)
  }

  hidden(cursor: bigint, signal: AbortSignal): Promise<Said<'hidden'>> {
    return this.say('hidden', pdsRoutes.hidden, { query: { cursor } }, none, signal)
  }

  checkpoint(signal: AbortSignal): Promise<Said<'checkpoint'>> {
    return this.say('checkpoint', pdsRoutes.checkpoint, {}, none, signal)
  }

  /** @param digests - 1 to 256. */
  held(digests: readonly Bytes32[], signal: AbortSignal): Promise<Said<'held'>> {
    return this.say('held', pdsRoutes.want, {}, joinBytes(digests), signal)
  }

  segments(after: Bytes32, signal: AbortSignal): Promise<Said<'segments'>> {
    return this.say('segments', pdsRoutes.segments, { query: { after } }, none, signal)
  }

  /** Stores an archive segment; what it holds is to be ciphertext. */
  async putSegment(digest: Bytes32, segment: Uint8Array, signal: AbortSignal): Promise<void> {
    const path = pathOf(pdsRoutes.putSegment, { params: { digest } })
    await this.ask({ method: 'PUT', path, body: segment, isSigned: true, maxBytes: smallBytes }, signal)
  }

  async segment(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array> {
    const path = pathOf(pdsRoutes.segment, { params: { digest } })
    return this.ask({ method: 'GET', path, isSigned: true, maxBytes: pdsRouteLimits.bodyBytes }, signal)
  }

  private async say<K extends StatementKind, R extends AnyRoute>(
    kind: K,
    route: R,
    place: Partial<PlaceOf<R>>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Said<K>> {
    const nonce = this.random(nonceBytes)
    const path = pathOf(route, place)
    const maxBytes = pdsRouteLimits.answerBytes
    const answer = await this.ask({ method: route.method, path, body, isSigned: true, nonce, maxBytes }, signal)
    const signed = decodeSigned(answer)
    const signer = await signerOf(this.audience, 'Statement', signed)
    if (signer === undefined || !isAddressEqual(signer, this.options.key))
      throw this.invalid('signature', `it is by ${signer ?? 'nobody'}, not by ${this.options.key}`)
    const statement = this.decoded(kind, signed)
    if (!sameBytes(statement.nonce, nonce)) throw this.invalid('nonce', 'it answers another request')
    return { statement, signed }
  }

  private decoded<K extends StatementKind>(kind: K, { bytes }: Signed): Statement<K> {
    try {
      const statement = decodeStatement(kind, bytes)
      const { chainId, inbox } = this.audience
      if (statement.chainId !== chainId || !sameBytes(statement.inbox, inbox))
        throw this.invalid('statement', 'it is of another deployment')
      if (!sameBytes(statement.identity, this.options.device.identity))
        throw this.invalid('identity', 'it is of another identity')
      return statement
    } catch (error) {
      if (error instanceof PdsError && error.fault.code === 'STATEMENT_INVALID')
        throw this.invalid(error.fault.field, `is not ${error.fault.expected}`, error)
      throw error
    }
  }

  private async ask(request: Asked, signal: AbortSignal): Promise<Uint8Array> {
    const { method, path, body = none, isSigned = false, nonce = this.random(nonceBytes), maxBytes } = request
    const { device, timeoutMs = 10_000 } = this.options
    const at = BigInt(Math.floor(this.clock.now()))
    const headers = {
      ...(body.length > 0 && { 'content-type': octets }),
      ...(isSigned && {
        authorization: authorizationHeader(
          authorize(this.audience, { method, target: path, body }, device, { at, nonce }),
        ),
      }),
    }
    const sent = {
      endpoint: this.endpoint,
      path,
      method,
      headers,
      maxBytes,
      timeoutMs,
      ...(body.length > 0 && { body }),
    }
    const answer = await this.exchanged(sent, signal)
    if (answer.status !== 200) throw this.refused(answer)
    if (answer.body === undefined) throw this.invalid('answer', `it is longer than ${maxBytes} bytes`)
    return answer.body
  }

  private async exchanged(sent: Parameters<typeof exchange>[0], signal: AbortSignal): Promise<ExchangeAnswer> {
    try {
      return await exchange(sent, signal)
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      throw new PdsError({ code: 'PDS_UNAVAILABLE', pds: this.name, reason: error.message }, { cause: error })
    }
  }

  /** What a refusal says, as far as it is one of Parley. */
  private refused({ status, body }: ExchangeAnswer): PdsError {
    const fault = {
      code: 'PDS_REFUSED',
      pds: this.name,
      status,
      refusal: 'UNKNOWN',
      reason: `status ${status}`,
    } as const
    try {
      const { code, message } = JSON.parse(new TextDecoder().decode(body)) as { code?: unknown; message?: unknown }
      if (typeof code === 'string')
        return new PdsError({ ...fault, refusal: code.slice(0, 64), reason: String(message).slice(0, 200) })
    } catch {
      // Proxies answer in their own words.
    }
    return new PdsError(fault)
  }

  private invalid(field: string, reason: string, cause?: unknown): PdsError {
    return new PdsError({ code: 'PDS_ANSWER_INVALID', pds: this.name, field, reason }, { cause })
  }
}

interface Asked {
  readonly method: AnyRoute['method']
  readonly path: string
  readonly body?: Uint8Array
  readonly isSigned?: boolean
  readonly nonce?: Uint8Array
  readonly maxBytes: number
}
