import { pathOf, rawBlockType, storeRoutes } from '@parley/api'
import {
  type ExchangeAnswer,
  ExchangeError,
  type ExchangeRequest,
  endpointOf,
  exchange,
  retryAfterMs,
} from '@parley/http'
import { type Bytes32, millis, sameBytes } from '@parley/protocol/light'
import { type Clock, systemClock } from '@parley/runtime'
import type { Kept } from '../contents.ts'
import { contentDigest } from '../digests.ts'
import { ContentError } from '../faults.ts'
import { contentLimits } from '../limits.ts'
import { encodeAck, encodePut, maxPutBytes } from '../put-form.ts'
import type { NamedContents } from './several.ts'

export interface HttpContentsOptions {
  /** Such as `https://store.example`; credentials, path and query are kept, and no fault tells them. */
  readonly url: string
  /** Bearer token, where the store wants one of those who put. */
  readonly token?: string
  /** @default the machine's */
  readonly clock?: Clock
  /** Milliseconds in which a content must have come. @default 5_000 */
  readonly timeoutMs?: number
  /** Milliseconds in which one must have been taken. @default 30_000 */
  readonly putTimeoutMs?: number
}

const routes = storeRoutes(maxPutBytes)
/** Bytes of an answer that is no content. */
const answerBytes = 4_096
const octets = 'application/octet-stream'

/**
 * A store that is asked over HTTP. Contents come from `/ipfs/{cid}`, which every trustless gateway of IPFS serves; they are put
 * and acknowledged as `parley store` takes them.
 * @throws {ContentError} of every call: `STORE_UNAVAILABLE`, `STORE_REFUSED`; `STORE_LIED` when what comes is another content.
 */
export function httpContents(options: HttpContentsOptions): NamedContents {
  const endpoint = endpointOf(options.url)
  const { clock = systemClock, timeoutMs = 5_000, putTimeoutMs = 30_000 } = options
  const store = endpoint.shown
  const refused = (answer: ExchangeAnswer): ContentError => refusalOf(store, answer, clock.now())

  const ask = async (request: Omit<ExchangeRequest, 'endpoint' | 'timeoutMs'>, waitMs: number, signal: AbortSignal) => {
    try {
      return await exchange({ ...request, endpoint, timeoutMs: waitMs }, signal)
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      const later = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }
      throw new ContentError({ code: 'STORE_UNAVAILABLE', store, reason: error.message, ...later }, { cause: error })
    }
  }

  return {
    name: store,

    async put(content, put, signal) {
      const digest = contentDigest(content)
      const headers = {
        'content-type': octets,
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      }
      const body = encodePut({ content, options: put })
      const path = pathOf(routes.put, { params: { digest } })
      const answer = await ask({ path, method: 'PUT', headers, body, maxBytes: answerBytes }, putTimeoutMs, signal)
      if (answer.status !== 200) throw refused(answer)
      return keptOf(store, digest, answer)
    },

    async get(digest, signal) {
      const path = pathOf(routes.block, { params: { cid: digest }, query: { format: 'raw' } })
      const headers = { accept: rawBlockType }
      const answer = await ask({ path, method: 'GET', headers, maxBytes: contentLimits.bytes }, timeoutMs, signal)
      if (isMissing(answer.status)) return undefined
      if (answer.status !== 200) throw refused(answer)
      const { body } = answer
      if (body === undefined) throw unusable(store, `it sends more than ${contentLimits.bytes} bytes`)
      const received = contentDigest(body)
      if (!sameBytes(received, digest)) throw new ContentError({ code: 'STORE_LIED', store, digest, received })
      return body
    },

    async has(digest, signal) {
      const path = pathOf(routes.has, { params: { cid: digest }, query: { format: 'raw' } })
      const headers = { accept: rawBlockType }
      const answer = await ask({ path, method: 'HEAD', headers, maxBytes: 0 }, timeoutMs, signal)
      if (isMissing(answer.status)) return false
      if (answer.status !== 200) throw refused(answer)
      return true
    },

    async ack(digest, ackKey, signature, signal) {
      const path = pathOf(routes.ack, { params: { digest } })
      const headers = { 'content-type': octets }
      const body = encodeAck({ ackKey, signature })
      const answer = await ask({ path, method: 'POST', headers, body, maxBytes: answerBytes }, timeoutMs, signal)
      if (answer.status !== 200) throw refused(answer)
    },
  }
}

/** Gateways say 404 of what they do not have, and 410 of what they had. */
const isMissing = (status: number): boolean => status === 404 || status === 410

const unusable = (store: string, reason: string): ContentError =>
  new ContentError({ code: 'STORE_UNAVAILABLE', store, reason })

function keptOf(store: string, digest: Bytes32, { body }: ExchangeAnswer): Kept {
  try {
    const said = routes.put.answer?.json?.decode(jsonOf(body), '')
    if (said === undefined || !sameBytes(said.digest, digest)) throw new RangeError('it names another digest')
    return { retainUntil: millis(said.retainUntil) }
  } catch (error) {
    throw unusable(store, `what it says of what it keeps cannot be read: ${(error as Error).message}`)
  }
}

const jsonOf = (body: Uint8Array | undefined): unknown =>
  body === undefined ? undefined : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))

/** What a refusal says, as far as it is one of Parley. */
function refusalOf(store: string, answer: ExchangeAnswer, now: number): ContentError {
  const { status, headers } = answer
  let reason = `status ${status}`
  try {
    const { code, message } = jsonOf(answer.body) as { code?: unknown; message?: unknown }
    if (typeof code === 'string') reason = `${code}: ${String(message)}`.slice(0, 200)
  } catch {
    // Other gateways answer in their own words.
  }
  const asked = retryAfterMs(headers.get('retry-after'), now, 0)
  return new ContentError({ code: 'STORE_REFUSED', store, status, reason, ...(asked > 0 && { retryAfterMs: asked }) })
}
