import { authorityHeader, type Codec, daNodeRoutes, pathOf, RequestError } from '@parley/api'
import { type Endpoint, type ExchangeAnswer, ExchangeError, endpointOf, exchange, retryAfterMs } from '@parley/http'
import { toHex } from '@parley/protocol'
import { chunkRoot, maxPartBytes } from '../chunks.ts'

/** Bytes of an answer that is JSON; those of faults are read for their text and their bound. */
const maxJsonBytes = 16_384
const noPause = 0

/** Why a member did not do what it was asked for. */
export class MemberRefusal extends Error {
  override readonly name = 'MemberRefusal'
  /** Of the answer; undefined when there was none that can be used. */
  readonly status: number | undefined
  /** Milliseconds that the member asked to be left alone. */
  readonly retryAfterMs: number
  /** Bytes that the member takes at most, where it says so. */
  readonly maxBytes: number | undefined

  /** Whether the same again has the same answer. What else is in a member's way may be gone later: another epoch, its disk, whoever is between. */
  get isDefinite(): boolean {
    return this.status === 400 || this.status === 401 || this.status === 413
  }

  constructor(
    reason: string,
    {
      status,
      retryAfterMs = noPause,
      maxBytes,
    }: Partial<Pick<MemberRefusal, 'status' | 'retryAfterMs' | 'maxBytes'>> = {},
  ) {
    super(reason)
    this.status = status
    this.retryAfterMs = retryAfterMs
    this.maxBytes = maxBytes
  }
}

/** What a member says of itself, as far as publishing needs it. */
export interface MemberTerms {
  readonly pricePerGiBDay: bigint
  readonly maxPartBytes: number
}

/** A member's DA node, asked once for each call. All throw `MemberRefusal`, or the signal's reason. */
export class MemberClient {
  readonly shown: string
  private readonly endpoint: Endpoint
  private readonly timeoutMs: number
  private readonly now: () => number

  constructor(url: string, timeoutMs: number, now: () => number) {
    this.endpoint = endpointOf(url)
    this.shown = this.endpoint.shown
    this.timeoutMs = timeoutMs
    this.now = now
  }

  /** @param authority - The header that names these bytes. */
  async store(bytes: Uint8Array, authority: string, signal: AbortSignal): Promise<void> {
    const { store } = daNodeRoutes(maxPartBytes)
    const headers = { [authorityHeader]: authority, 'content-type': 'application/octet-stream' }
    const answer = await this.ask({ method: 'PUT', path: pathOf(store), body: bytes, headers }, signal)
    const stored = this.read(answer, store)
    if (toHex(stored.chunkRoot) !== toHex(chunkRoot(bytes)))
      throw new MemberRefusal('says that it stored something else')
  }

  /** @returns 64 bytes, unchecked. */
  async attest(authority: string, signal: AbortSignal): Promise<Uint8Array> {
    const { attest } = daNodeRoutes(maxPartBytes)
    const headers = { [authorityHeader]: authority }
    return this.read(await this.ask({ method: 'POST', path: pathOf(attest), headers }, signal), attest).signature
  }

  async terms(signal: AbortSignal): Promise<MemberTerms> {
    const { status } = daNodeRoutes(maxPartBytes)
    return this.read(await this.ask({ method: 'GET', path: pathOf(status) }, signal), status)
  }

  private async ask(
    request: {
      readonly method: 'PUT' | 'POST' | 'GET'
      readonly path: string
      readonly body?: Uint8Array
      readonly headers?: Readonly<Record<string, string>>
    },
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    const { endpoint, timeoutMs } = this
    try {
      return await exchange({ ...request, endpoint, maxBytes: maxJsonBytes, timeoutMs }, signal)
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      throw new MemberRefusal(error.message, { retryAfterMs: error.retryAfterMs ?? noPause })
    }
  }

  /** @throws {MemberRefusal} for everything but an answer of 200 that is as its route says. */
  private read<T>(answer: ExchangeAnswer, route: { readonly answer?: { readonly json?: Codec<T> } }): T {
    const codec = route.answer?.json
    if (codec === undefined) throw new TypeError('a route without answer was asked')
    if (answer.status !== 200) throw this.refusalOf(answer)
    const json = jsonOf(answer.body)
    try {
      return codec.decode(json, '')
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      throw new MemberRefusal('answered something that is not of its form')
    }
  }

  private refusalOf({ status, headers, body }: ExchangeAnswer): MemberRefusal {
    const { code, maximum, ...rest } = (jsonOf(body) ?? {}) as { code?: unknown; maximum?: unknown }
    const known = typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)
    const words = known ? `${status} ${code} ${JSON.stringify(rest).slice(0, 300)}` : `${status}`
    const isLimit = status === 413 && known && typeof maximum === 'number' && Number.isInteger(maximum) && maximum > 0
    const limit = status === 413 && !isLimit ? ', without a limit: a proxy before it takes no body of this length' : ''
    return new MemberRefusal(`answered ${words}${limit}`, {
      status,
      retryAfterMs: retryAfterMs(headers.get('retry-after'), this.now(), noPause),
      maxBytes: isLimit ? maximum : undefined,
    })
  }
}

function jsonOf(body: Uint8Array | undefined): unknown {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof json === 'object' ? json : undefined
  } catch {
    // What is no JSON has nothing to say.
    return undefined
  }
}
