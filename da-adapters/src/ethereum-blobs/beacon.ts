import { endpointOf } from '@parley/http'
import { unavailable } from '../fault.ts'
import { layerExchange } from '../layer-exchange.ts'
import { blobsLayer, bytesPerBlob } from './layer.ts'

/** Blobs that one answer may hold: the same blob may stand in a block as often as somebody paid for it. */
const maxBlobsPerAnswer = 16
/** As JSON a byte is two digits; the rest is quotes and field names. */
const maxAnswerBytes = maxBlobsPerAnswer * (2 * bytesPerBlob + 16) + 4_096

/** A block in the beacon API: 0x and its root, or its slot in decimal. */
export type BlockId = string

/** What a beacon node served for one hash of one block: unchecked. */
type ServedBlobs =
  | { readonly kind: 'blobs'; readonly blobs: readonly Uint8Array[] }
  /** The node knows no such block. */
  | { readonly kind: 'no block' }
  /** The answer is none that the API allows. */
  | { readonly kind: 'nonsense'; readonly reason: string }

/** The beacon API as far as blobs need it. @see https://ethereum.github.io/beacon-APIs/ */
export interface Beacon {
  /**
   * Asks for the blobs of a block that have this versioned hash. One hash a request: clients disagree on how several are
   * written.
   * @throws {DaError} `DA_UNAVAILABLE`; also when the node knows the block and does not serve its blobs.
   */
  blobs(block: BlockId, versionedHash: Uint8Array, signal: AbortSignal): Promise<ServedBlobs>
  /**
   * The slot at a time, in seconds since 1970.
   * @returns undefined when the node does not tell how long slots are, `before genesis` when there was none yet.
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  slotAt(timestamp: bigint, signal: AbortSignal): Promise<bigint | 'before genesis' | undefined>
}

export interface BeaconOptions {
  readonly url: string
  readonly timeoutMs: number
  /** Whether an API that tells no slot duration is that of a development chain, whose every 404 is a block that is not there. */
  readonly mayCountBlocks: boolean
}

interface Timing {
  /** Seconds since 1970 at which slot 0 began. */
  readonly genesis: bigint
  readonly slotMs: bigint
}

export function createBeacon({ url, timeoutMs, mayCountBlocks }: BeaconOptions): Beacon {
  const endpoint = endpointOf(url)
  let timing: Timing | undefined
  /** A development chain tells no slot duration, now or later. */
  let countsBlocks = false
  let servesHeaders: boolean | undefined

  function ask(path: string, accept: string, signal: AbortSignal) {
    const request = { endpoint, path, method: 'GET', headers: { accept }, maxBytes: maxAnswerBytes, timeoutMs } as const
    return layerExchange(blobsLayer, request, signal)
  }

  const askJson = (path: string, signal: AbortSignal) => ask(path, 'application/json', signal)

  /** Whether the node has the block; undefined when it does not serve headers at all. */
  async function knows(block: BlockId, signal: AbortSignal): Promise<boolean | undefined> {
    const { status } = await askJson(`eth/v1/beacon/headers/${block}`, signal)
    if (status === 200) return true
    if (status !== 404)
      throw unavailable(blobsLayer, `the beacon node ${endpoint.shown} answered ${status} for a header`)
    servesHeaders ??= (await askJson('eth/v1/beacon/headers/head', signal)).status === 200
    return servesHeaders ? false : undefined
  }

  /** What a 404 for blobs means: nodes say it of blocks that they do not know, and of blobs whose columns they lack. */
  async function notFound(block: BlockId, body: Uint8Array | undefined, signal: AbortSignal): Promise<ServedBlobs> {
    const known = countsBlocks ? false : await knows(block, signal)
    if (known === false) return { kind: 'no block' }
    const state = known ? 'knows the block and does not serve its blobs' : 'does not say whether it knows the block'
    throw unavailable(blobsLayer, `the beacon node ${endpoint.shown} ${state}${wordsOf(body)}: ${allColumns}`)
  }

  return {
    async blobs(block, versionedHash, signal) {
      const hash = Buffer.from(versionedHash).toString('hex')
      const path = `eth/v1/beacon/blobs/${block}?versioned_hashes=0x${hash}`
      const { status, headers, body } = await ask(path, 'application/octet-stream;q=1.0,application/json;q=0.9', signal)
      if (status === 404) return notFound(block, body, signal)
      if (status !== 200) {
        const cure = status === 400 || status === 500 ? `: ${allColumns}` : ''
        throw unavailable(blobsLayer, `the beacon node ${endpoint.shown} answered ${status}${wordsOf(body)}${cure}`)
      }
      if (body === undefined) return { kind: 'nonsense', reason: `more than ${maxAnswerBytes} bytes` }
      const type = headers.get('content-type') ?? ''
      // Pages come from proxies and CDNs, never from a beacon node: they say nothing about the blobs.
      if (type.includes('html')) throw unavailable(blobsLayer, `${endpoint.shown} answered 200 with a page, not blobs`)
      return type.includes('json') ? parseJson(body) : parseBytes(body)
    },
    async slotAt(timestamp, signal) {
      if (!countsBlocks) timing ??= await readTiming(askJson, endpoint.shown, signal)
      countsBlocks = mayCountBlocks && timing === undefined
      if (timing === undefined) return undefined
      const elapsed = timestamp - timing.genesis
      return elapsed < 0n ? 'before genesis' : (elapsed * 1000n) / timing.slotMs
    },
  }
}

const allColumns =
  'ask one that serves all blobs (one that custodies all data columns, with archived blobs for old ones)'

/** The node's own words for people; never decided by. */
function wordsOf(body: Uint8Array | undefined): string {
  const message = body === undefined ? undefined : fieldOf(tryJson(body), 'message')
  return typeof message === 'string' ? ` (${message.slice(0, 200)})` : ''
}

type AskJson = (path: string, signal: AbortSignal) => Promise<{ status: number; body: Uint8Array | undefined }>

async function readTiming(ask: AskJson, shown: string, signal: AbortSignal): Promise<Timing | undefined> {
  const spec = await ask('eth/v1/config/spec', signal)
  const values = dataOf(spec)
  // SECONDS_PER_SLOT is on its way out of the specification.
  const slotMs = decimal(fieldOf(values, 'SLOT_DURATION_MS')) ?? times1000(decimal(fieldOf(values, 'SECONDS_PER_SLOT')))
  if (slotMs === undefined || slotMs === 0n) {
    if (spec.status === 200 || spec.status === 404) return undefined
    throw unavailable(blobsLayer, `the beacon node ${shown} answered ${spec.status} for config/spec`)
  }
  const told = await ask('eth/v1/beacon/genesis', signal)
  const genesis = decimal(fieldOf(dataOf(told), 'genesis_time'))
  if (genesis === undefined)
    throw unavailable(blobsLayer, `the beacon node ${shown} answered ${told.status} without a genesis time`)
  return { genesis, slotMs }
}

function dataOf({ status, body }: { status: number; body: Uint8Array | undefined }): unknown {
  return status === 200 && body !== undefined ? fieldOf(tryJson(body), 'data') : undefined
}

/** The API writes numbers as text; some servers as numbers. */
function decimal(value: unknown): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[0-9]{1,16}$/.test(text) ? BigInt(text) : undefined
}

const times1000 = (seconds: bigint | undefined): bigint | undefined =>
  seconds === undefined ? undefined : seconds * 1000n

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

function tryJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    // What is no JSON has no fields either: the caller says what is missing.
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
