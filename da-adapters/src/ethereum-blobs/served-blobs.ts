import { type Endpoint, retryAfterMs } from '@parley/http'
import type { DaError } from '@parley/protocol'
import type { Clock, Source } from '@parley/runtime'
import { unavailable } from '../fault.ts'
import { layerExchange } from '../layer-exchange.ts'
import { blobsLayer, bytesPerBlob } from './layer.ts'

/** Blobs that one answer may hold: the same blob may stand in a block as often as somebody paid for it. */
const maxBlobsPerAnswer = 16
/** As JSON a byte is two digits; the rest is quotes and field names. */
const maxAnswerBytes = maxBlobsPerAnswer * (2 * bytesPerBlob + 16) + 4_096

/** A beacon block that may have blobs. */
export interface BeaconBlock {
  /** 0x and its root, or its slot in decimal. */
  readonly id: string
  /** Seconds since 1970 of the L1 block in it. */
  readonly timestamp: bigint
}

/** What a server has for one hash of one block: unchecked. */
export type ServedBlobs =
  | { readonly kind: 'blobs'; readonly blobs: readonly Uint8Array[] }
  /** It knows no such block. */
  | { readonly kind: 'no block' }
  /** Its chain ends before the block. */
  | { readonly kind: 'behind' }
  /** It says that it had them once. */
  | { readonly kind: 'gone' }
  /** It knows the block and does not serve its blobs. */
  | { readonly kind: 'not served'; readonly reason: string }
  /** The answer is none that the API allows. */
  | { readonly kind: 'nonsense'; readonly reason: string }

/** Who serves blobs by block and versioned hash. */
export interface BlobServer extends Source {
  /**
   * Asks for the blobs of a block that have this versioned hash. One hash a request: clients disagree on how several are
   * written.
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  blobs(block: BeaconBlock, versionedHash: Uint8Array, signal: AbortSignal): Promise<ServedBlobs>
}

interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /** Undefined when it was longer than is read. */
  readonly body: Uint8Array | undefined
}

/** Asks a beacon API, within `timeoutMs`. @throws {DaError} `DA_UNAVAILABLE`. */
export function askBeaconApi(
  { endpoint, timeoutMs }: { readonly endpoint: Endpoint; readonly timeoutMs: number },
  path: string,
  accept: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const request = { endpoint, path, method: 'GET', headers: { accept }, maxBytes: maxAnswerBytes, timeoutMs } as const
  return layerExchange(blobsLayer, request, signal)
}

/** Path and accepted types of the request for one blob. */
export function blobRequest({ id }: BeaconBlock, versionedHash: Uint8Array): readonly [path: string, accept: string] {
  const hash = Buffer.from(versionedHash).toString('hex')
  const path = `eth/v1/beacon/blobs/${id}?versioned_hashes=0x${hash}`
  return [path, 'application/octet-stream;q=1.0,application/json;q=0.9']
}

/** Reads an answer 200. @throws {DaError} `DA_UNAVAILABLE`. */
export function readBlobs({ headers, body }: HttpAnswer, name: string): ServedBlobs {
  if (body === undefined) return { kind: 'nonsense', reason: `more than ${maxAnswerBytes} bytes` }
  const type = headers.get('content-type') ?? ''
  // Pages come from proxies and CDNs, never from a beacon node: they say nothing about the blobs.
  if (type.includes('html')) throw unavailable(blobsLayer, `${name} answered 200 with a page, not blobs`)
  return type.includes('json') ? parseJson(body) : parseBytes(body)
}

/** The fault of an answer that is no 200, with the node's own words for people. */
export function badStatus({ status, headers, body }: HttpAnswer, name: string, clock: Clock, cure = ''): DaError {
  const pauseMs = retryAfterMs(headers.get('retry-after'), clock.now(), 0)
  return unavailable(blobsLayer, `${name} answered ${status}${wordsOf(body)}${cure}`, undefined, pauseMs || undefined)
}

/** The node's own words; never decided by. */
export function wordsOf(body: Uint8Array | undefined): string {
  const message = body === undefined ? undefined : fieldOf(tryJson(body), 'message')
  return typeof message === 'string' ? ` (${message.slice(0, 200)})` : ''
}

/** SSZ of a list of fixed-size blobs: one after another. */
function parseBytes(body: Uint8Array): ServedBlobs {
  if (body.length % bytesPerBlob !== 0) return { kind: 'nonsense', reason: `${body.length} bytes are not whole blobs` }
  const blobs = Array.from({ length: body.length / bytesPerBlob }, (_, i) =>
    body.slice(i * bytesPerBlob, (i + 1) * bytesPerBlob),
  )
  return { kind: 'blobs', blobs }
}

function parseJson(body: Uint8Array): ServedBlobs {
  const list = fieldOf(tryJson(body), 'data')
  if (!Array.isArray(list)) return { kind: 'nonsense', reason: 'no list of blobs' }
  if (list.length > maxBlobsPerAnswer) return { kind: 'nonsense', reason: `${list.length} blobs for one hash` }
  const blobs: Uint8Array[] = []
  for (const item of list) {
    if (typeof item !== 'string' || item.length !== 2 + 2 * bytesPerBlob || !/^0x[0-9a-fA-F]*$/.test(item))
      return { kind: 'nonsense', reason: 'an item of the list is no blob' }
    blobs.push(Uint8Array.from(Buffer.from(item.slice(2), 'hex')))
  }
  return { kind: 'blobs', blobs }
}

/** The `data` of an answer 200; undefined for any other. */
export function dataOf({ status, body }: HttpAnswer): unknown {
  return status === 200 && body !== undefined ? fieldOf(tryJson(body), 'data') : undefined
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** The API writes numbers as text; some servers as numbers. */
export function decimalOf(value: unknown): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[0-9]{1,16}$/.test(text) ? BigInt(text) : undefined
}

function tryJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    // What is no JSON has no fields either: the caller says what is missing.
    return undefined
  }
}
