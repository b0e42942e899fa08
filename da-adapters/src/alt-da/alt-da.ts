import { type Endpoint, type ExchangeAnswer, type ExchangeRequest, endpointOf } from '@parley/http'
import { DaLayer, type DataAvailability, sameBytes } from '@parley/protocol'
import { raceAbort } from '@parley/runtime'
import type { AbstractLevel } from 'abstract-level'
import { bytesToHex, hexToBytes, isHex } from 'viem'
import { checkSize, corrupt, missing, reasonOf, refused, unavailable } from '../fault.ts'
import { layerExchange } from '../layer-exchange.ts'
import { createLifetime } from '../lifetime.ts'
import { sha256 } from '../sha256.ts'
import {
  altDaLayer,
  type CommitmentKind,
  commitmentFault,
  commitmentKinds,
  decodeAltDaPointer,
  encodeAltDaPointer,
  keccakCommitment,
  maxCommitmentBytes,
} from './pointer.ts'

/** Where the commitments that a server gave out are kept, by the SHA-256 of the data in hexadecimal digits. */
export type CommitmentStore = AbstractLevel<string | Buffer | Uint8Array, string, string>

export interface AltDaOptions {
  readonly url: string
  /** Whose commitments: everybody's (Keccak-256 of the data) or the server's own. Default `generic`, which is what EigenDA, Avail and Celestia give. */
  readonly commitments?: CommitmentKind
  /** Bytes of one publication at most. Default 4 MiB. */
  readonly maxBytes?: number
  /** Seconds for which the server's operator promises to keep data; nothing checks it. */
  readonly retentionSeconds: number
  /** Milliseconds of one request. Default 60 s: a server may wait for its layer. */
  readonly timeoutMs?: number
}

export interface AltDaDeps {
  /** Needed for publishing: open, of this adapter alone, closed after it. Without it the adapter only reads. */
  readonly store?: CommitmentStore
}

export const defaultAltDaMaxBytes = 4 * 1024 * 1024
/** Not a fresh literal where it is used: the abstract type does not name LevelDB's `sync`. */
const durable = { keyEncoding: 'utf8', sync: true }
/** Error bodies are read for their text only. */
const maxErrorBytes = 4_096
const octets = { 'content-type': 'application/octet-stream' }

/**
 * Any server of the OP Stack's alt-DA protocol (EigenDA's proxy, Avail's, Celestia's, S3's). What comes back is held to the
 * pointer's SHA-256; that the server keeps it is its operator's word.
 * @see docs/spec/da-alt-da.md
 */
export function createAltDa({ store }: AltDaDeps, options: AltDaOptions): DataAvailability {
  const {
    url,
    commitments = 'generic',
    maxBytes = defaultAltDaMaxBytes,
    retentionSeconds,
    timeoutMs = 60_000,
  } = options
  const lifetime = createLifetime(altDaLayer)
  const server = new Server(endpointOf(url), timeoutMs)
  /** Publications under way, so that the same bytes are not sent twice at a time. */
  const underWay = new Map<string, Promise<Uint8Array>>()

  async function publish(data: Uint8Array, digest: Uint8Array): Promise<Uint8Array> {
    if (store === undefined) throw refused(altDaLayer, 'it was opened for reading')
    const key = bytesToHex(digest)
    const known = await disk(() => store.get(key))
    if (known !== undefined) return storedCommitment(known)
    const own = commitments === 'keccak256' ? keccakCommitment(data) : undefined
    const commitment = await server.put(data, own, lifetime.signal)
    await disk(() => store.put(key, bytesToHex(commitment), durable))
    return commitment
  }

  return {
    layer: DaLayer.altDa,
    name: altDaLayer,
    limits: { maxBytes, retentionSeconds },
    async quote(bytes, signal) {
      lifetime.during(signal)
      checkSize(bytes, maxBytes)
      // What the operator of the server is paid, no server tells.
      return { costWei: 0n, bytes }
    },
    async submit(data, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes)
      const kept = data.slice()
      const digest = sha256(kept)
      const key = bytesToHex(digest)
      // Goes on when its caller gives up: the next one of the same bytes joins it.
      const publication = underWay.get(key) ?? publish(kept, digest).finally(() => underWay.delete(key))
      underWay.set(key, publication)
      const commitment = await raceAbort(publication, during)
      return { pointer: encodeAltDaPointer({ digest, length: kept.length, commitment }), height: 0n, costWei: 0n }
    },
    async retrieve(pointer, signal) {
      const during = lifetime.during(signal)
      const { digest, length, commitment } = decodeAltDaPointer(pointer, maxBytes)
      const { status, body } = await server.get(commitment, length, during)
      if (status === 404) throw missing(altDaLayer, pointer)
      // The server says of its own commitment that its layer does not know it.
      if (status === 418) throw corrupt(altDaLayer, pointer, `the server refuses the commitment: ${textOf(body)}`)
      if (status !== 200) throw unavailable(altDaLayer, `answered ${status}: ${textOf(body)}`)
      if (body === undefined) throw corrupt(altDaLayer, pointer, `more than ${length} bytes were served`)
      if (body.length !== length) throw corrupt(altDaLayer, pointer, `${body.length} of ${length} bytes were served`)
      if (!sameBytes(sha256(body), digest)) throw corrupt(altDaLayer, pointer, 'what was served has another digest')
      return body
    },
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      const { commitment } = decodeAltDaPointer(pointer, maxBytes)
      // The protocol has no question but for the data itself; of the answer only the head is read.
      const { status, body } = await server.get(commitment, 0, during)
      if (status === 404 || status === 418) return 'missing'
      if (status !== 200) throw unavailable(altDaLayer, `answered ${status}: ${textOf(body)}`)
      // Nothing is published that is empty.
      return body?.length === 0 ? 'missing' : 'available'
    },
    close: async () => lifetime.end(),
  }
}

/** The protocol: `POST /put`, `POST /put/0x…` and `GET /get/0x…`. */
class Server {
  private readonly endpoint: Endpoint
  private readonly timeoutMs: number

  constructor(endpoint: Endpoint, timeoutMs: number) {
    this.endpoint = endpoint
    this.timeoutMs = timeoutMs
  }

  /** @param own - The commitment to store it under; the server's when left out. @returns the commitment. */
  async put(data: Uint8Array, own: Uint8Array | undefined, signal: AbortSignal): Promise<Uint8Array> {
    const path = own === undefined ? '/put' : `/put/${bytesToHex(own)}`
    const answer = await this.ask(
      path,
      { method: 'POST', body: data, headers: octets, maxBytes: maxErrorBytes },
      signal,
    )
    const { status, body } = answer
    if (status === 503) throw unavailable(altDaLayer, `answered 503, use another layer: ${textOf(body)}`)
    if (status >= 400 && status < 500 && status !== 408 && status !== 429)
      throw refused(altDaLayer, `answered ${status}: ${textOf(body)}`)
    if (status !== 200) throw unavailable(altDaLayer, `answered ${status}: ${textOf(body)}`)
    if (own !== undefined) return own
    return given(body)
  }

  get(commitment: Uint8Array, maxBytes: number, signal: AbortSignal): Promise<ExchangeAnswer> {
    return this.ask(`/get/${bytesToHex(commitment)}`, { method: 'GET', maxBytes }, signal)
  }

  private ask(
    path: string,
    request: Pick<ExchangeRequest, 'method' | 'body' | 'headers' | 'maxBytes'>,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    const { endpoint, timeoutMs } = this
    return layerExchange(altDaLayer, { ...request, endpoint, path, timeoutMs }, signal)
  }
}

/** A commitment as a server answers it: raw, where the protocol's text says hexadecimal digits. */
function given(body: Uint8Array | undefined): Uint8Array {
  if (body === undefined) throw refused(altDaLayer, `gave a commitment of more than ${maxCommitmentBytes} bytes`)
  const text = body.length > 2 && body[0] === 0x30 && body[1] === 0x78 ? new TextDecoder().decode(body) : undefined
  const commitment = text !== undefined && isHex(text) && text.length % 2 === 0 ? hexToBytes(text) : body
  const fault = commitmentFault(commitment)
  if (fault !== undefined) throw refused(altDaLayer, `gave ${fault}`)
  // Kind 0 is for who computes it: a server that answers it would let us claim what we cannot check.
  if (commitment[0] !== commitmentKinds.generic) throw refused(altDaLayer, 'gave a Keccak commitment: configure these')
  return commitment
}

function storedCommitment(text: string): Uint8Array {
  const commitment = isHex(text) && text.length % 2 === 0 ? hexToBytes(text) : new Uint8Array(0)
  const fault = commitmentFault(commitment)
  if (fault !== undefined) throw refused(altDaLayer, `the store of commitments holds ${fault}`)
  return commitment
}

const textOf = (body: Uint8Array | undefined): string =>
  body === undefined ? 'a long answer' : new TextDecoder().decode(body.subarray(0, 256))

/** @throws {DaError} `DA_UNAVAILABLE` when the store fails. */
async function disk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(altDaLayer, `the store of commitments: ${reasonOf(error)}`, error)
  }
}
