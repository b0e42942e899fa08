import { unavailable } from '../fault.ts'
import { boundedFetch } from '../http/bounded-fetch.ts'
import { blobsLayer, bytesPerBlob } from './layer.ts'

/** Blobs that one answer may hold: the same blob may stand in a block as often as somebody paid for it. */
const maxBlobsPerAnswer = 16
/** As JSON a byte is two digits; the rest is quotes and field names. */
const maxAnswerBytes = maxBlobsPerAnswer * (2 * bytesPerBlob + 16) + 4_096

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
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  blobs(blockId: bigint, versionedHash: Uint8Array, signal: AbortSignal): Promise<ServedBlobs>
  /** Seconds since 1970 at which slot 0 began. @throws {DaError} `DA_UNAVAILABLE`. */
  genesisTime(signal: AbortSignal): Promise<bigint>
}

export interface BeaconOptions {
  readonly url: string
  readonly timeoutMs: number
}

export function createBeacon({ url, timeoutMs }: BeaconOptions): Beacon {
  let genesisTime: bigint | undefined

  function ask(path: string, accept: string, signal: AbortSignal) {
    const base = url.endsWith('/') ? url : `${url}/`
    const request = { url: new URL(path, base), method: 'GET', headers: { accept }, layer: blobsLayer } as const
    return boundedFetch({ ...request, maxBytes: maxAnswerBytes, timeoutMs }, signal)
  }

  return {
    async blobs(blockId, versionedHash, signal) {
      const hash = Buffer.from(versionedHash).toString('hex')
      const path = `eth/v1/beacon/blobs/${blockId}?versioned_hashes=0x${hash}`
      const { status, headers, body } = await ask(path, 'application/octet-stream;q=1.0,application/json;q=0.9', signal)
      if (status === 404) return { kind: 'no block' }
      if (status !== 200) throw unavailable(blobsLayer, `the beacon node answered ${status}`)
      if (body === undefined) return { kind: 'nonsense', reason: `more than ${maxAnswerBytes} bytes` }
      const isJson = (headers.get('content-type') ?? '').includes('json')
      return isJson ? parseJson(body) : parseBytes(body)
    },
    async genesisTime(signal) {
      if (genesisTime !== undefined) return genesisTime
      const { status, body } = await ask('eth/v1/beacon/genesis', 'application/json', signal)
      const time = status === 200 && body !== undefined ? parseGenesisTime(body) : undefined
      if (time === undefined) throw unavailable(blobsLayer, `the beacon node answered ${status} without a genesis time`)
      genesisTime = time
      return time
    },
  }
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

function parseGenesisTime(body: Uint8Array): bigint | undefined {
  const time = fieldOf(fieldOf(tryJson(body), 'data'), 'genesis_time')
  return typeof time === 'string' && /^[0-9]{1,16}$/.test(time) ? BigInt(time) : undefined
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
