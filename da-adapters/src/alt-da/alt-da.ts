import { type Endpoint, type ExchangeAnswer, type ExchangeRequest, endpointOf, retryAfterMs } from '@parley/http'
import { DaLayer, type DaReceipt, type DataAvailability, sameBytes } from '@parley/protocol'
import { type Clock, createSources, raceAbort, type Sources } from '@parley/runtime'
import { bytesToHex, hexToBytes, isHex } from 'viem'
import { ended, freeQuote, nothing } from '../amounts.ts'
import { checkSize, corrupt, fallBack, missing, refused, unavailable } from '../fault.ts'
import { layerExchange } from '../layer-exchange.ts'
import { createLifetime } from '../lifetime.ts'
import { defaultAltDaMaxBytes } from '../options.ts'
import { sha256 } from '../sha256.ts'
import { firstAnswer } from '../sources.ts'
import { type CommitmentStore, createCommitments, type Given } from './commitments.ts'
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

export interface AltDaOptions {
  readonly url: string
  /** Whose commitments: everybody's (Keccak-256 of the data) or the server's own. Default `generic`, which is what EigenDA, Avail and Celestia give. */
  readonly commitments?: CommitmentKind
  /** Bytes of one publication at most. Default 4 MiB. */
  readonly maxBytes?: number
  /** Seconds for which the server's operator promises to keep data; nothing checks it. */
  readonly retentionSeconds: number
  /** Publications under way at most; more are `DA_UNAVAILABLE`. Default 16. */
  readonly maxPending?: number
  /** Seconds after which what the server took counts as final: it says nothing of that itself. Default a day. */
  readonly finalAfterSeconds?: number
  /** Milliseconds of one request. Default 60 s: a server may wait for its layer. */
  readonly timeoutMs?: number
}

export interface AltDaDeps {
  readonly clock: Clock
  /** Needed for publishing: open, of this adapter alone, closed after it. Without it the adapter only reads. */
  readonly store?: CommitmentStore
}

/** Error bodies are read for their text only. */
const maxErrorBytes = 4_096
const octets = { 'content-type': 'application/octet-stream' }

/**
 * Any server of the OP Stack's alt-DA protocol (EigenDA's proxy, Avail's, Celestia's, S3's). What comes back is held to the
 * pointer's SHA-256; that the server keeps it is its operator's word.
 * @see docs/spec/da-alt-da.md
 */
export function createAltDa({ store, clock }: AltDaDeps, options: AltDaOptions): DataAvailability {
  const {
    url,
    commitments = 'generic',
    maxBytes = defaultAltDaMaxBytes,
    retentionSeconds,
    timeoutMs = 60_000,
    maxPending = 16,
    finalAfterSeconds = 86_400,
  } = options
  const lifetime = createLifetime(altDaLayer)
  const server = new Server(endpointOf(url), timeoutMs, clock)
  const given = store && createCommitments(store)
  /** Publications under way, so that the same bytes are not sent twice at a time. */
  const underWay = new Map<string, Publication>()

  function writable(): NonNullable<typeof given> {
    if (given === undefined) throw refused(altDaLayer, 'it was opened for reading')
    return given
  }

  async function publish(data: Uint8Array, digest: Uint8Array, signal: AbortSignal): Promise<Given> {
    const records = writable()
    const known = await records.load(digest)
    if (known !== undefined) return known
    const own = commitments === 'keccak256' ? keccakCommitment(data) : undefined
    const commitment = await server.put(data, own, signal)
    const fresh = { length: data.length, at: clock.now(), commitment }
    await records.save(digest, fresh)
    return fresh
  }

  /** One publication of the bytes; it goes on when its caller gives up, and the next one of the same bytes joins it. */
  function begin(data: Uint8Array, digest: Uint8Array): Publication {
    const key = bytesToHex(digest)
    const before = underWay.get(key)
    if (before !== undefined) return before
    if (underWay.size >= maxPending) throw unavailable(altDaLayer, `${underWay.size} publications are under way`)
    const abandoned = new AbortController()
    const result = publish(data, digest, AbortSignal.any([lifetime.signal, abandoned.signal])).finally(() =>
      underWay.delete(key),
    )
    // Callers see it unless all of them gave up.
    result.catch(() => undefined)
    const publication = { result, abandoned }
    underWay.set(key, publication)
    return publication
  }

  async function retrieve(pointer: Uint8Array, during: AbortSignal): Promise<Uint8Array> {
    const { digest, length, commitment } = decodeAltDaPointer(pointer, maxBytes)
    const { status, body } = await server.get(commitment, length, during)
    if (status === 404) throw missing(altDaLayer, pointer)
    if (status === 418) throw corrupt(altDaLayer, pointer, unknownCommitment(body))
    if (status !== 200) throw unavailable(altDaLayer, `answered ${status}: ${textOf(body)}`)
    if (body === undefined) throw corrupt(altDaLayer, pointer, `more than ${length} bytes were served`)
    if (body.length !== length) throw corrupt(altDaLayer, pointer, `${body.length} of ${length} bytes were served`)
    if (!sameBytes(sha256(body), digest)) throw corrupt(altDaLayer, pointer, 'what was served has another digest')
    return body
  }

  return {
    layer: DaLayer.altDa,
    name: altDaLayer,
    limits: () => ({ maxBytes, retentionSeconds, maxInFlight: maxPending, unitBytes: 1 }),
    async quote(bytes, signal) {
      lifetime.during(signal)
      checkSize(bytes, maxBytes)
      // What the operator of the server is paid, no server tells.
      return freeQuote(bytes)
    },
    async submit(data, _options, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes)
      const kept = data.slice()
      const digest = sha256(kept)
      return receiptOf(digest, await raceAbort(begin(kept, digest).result, during))
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      const publication = underWay.get(bytesToHex(digest))
      publication?.abandoned.abort(unavailable(altDaLayer, 'the publication was abandoned'))
      await publication?.result.catch(() => undefined)
      during.throwIfAborted()
      const known = await writable().load(digest)
      return known === undefined ? ended : { ...ended, receipt: receiptOf(digest, known) }
    },
    retrieve: async (pointer, signal) => retrieve(pointer, lifetime.during(signal)),
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      const { digest, commitment } = decodeAltDaPointer(pointer, maxBytes)
      // The protocol has no question but for the data itself; of the answer only the head is read.
      const { status, body } = await server.get(commitment, 0, during)
      // A server that does not have it says nothing of the layer behind it.
      if (status === 404) throw missing(altDaLayer, pointer)
      if (status === 418) throw corrupt(altDaLayer, pointer, unknownCommitment(body))
      if (status !== 200) throw unavailable(altDaLayer, `answered ${status}: ${textOf(body)}`)
      // Nothing is published that is empty.
      if (body?.length === 0) throw corrupt(altDaLayer, pointer, 'nothing was served')
      const taken = await given?.load(digest)
      return taken !== undefined && clock.now() - taken.at >= 1000 * finalAfterSeconds ? 'final' : 'included'
    },
    audit: async (pointer, signal) => void (await retrieve(pointer, lifetime.during(signal))),
    close: async () => lifetime.end(),
  }
}

/** A publication under way. */
interface Publication {
  readonly result: Promise<Given>
  readonly abandoned: AbortController
}

function receiptOf(digest: Uint8Array, { length, commitment }: Given): DaReceipt {
  return { pointer: encodeAltDaPointer({ digest, length, commitment }), height: 0n, cost: nothing }
}

/** The protocol: `POST /put`, `POST /put/0x…` and `GET /get/0x…`. Nothing is asked of a server during a pause that it asked for. */
class Server {
  readonly name: string
  private readonly endpoint: Endpoint
  private readonly timeoutMs: number
  private readonly clock: Clock
  private readonly alone: Sources<Server>

  constructor(endpoint: Endpoint, timeoutMs: number, clock: Clock) {
    this.name = endpoint.shown
    this.endpoint = endpoint
    this.timeoutMs = timeoutMs
    this.clock = clock
    this.alone = createSources([this as Server], clock)
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
    if (status === 503) throw fallBack(altDaLayer, `answered 503: ${textOf(body)}`)
    if (status >= 400 && status < 500 && status !== 408)
      throw refused(altDaLayer, `answered ${status}: ${textOf(body)}`)
    if (status !== 200) throw unavailable(altDaLayer, `answered ${status}: ${textOf(body)}`)
    if (own !== undefined) return own
    return answered(body)
  }

  get(commitment: Uint8Array, maxBytes: number, signal: AbortSignal): Promise<ExchangeAnswer> {
    return this.ask(`/get/${bytesToHex(commitment)}`, { method: 'GET', maxBytes }, signal)
  }

  private ask(
    path: string,
    request: Pick<ExchangeRequest, 'method' | 'body' | 'headers' | 'maxBytes'>,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    const { endpoint, timeoutMs, clock } = this
    const exchanged = async (): Promise<ExchangeAnswer> => {
      const answer = await layerExchange(altDaLayer, { ...request, endpoint, path, timeoutMs }, signal)
      if (answer.status !== 429) return answer
      const pauseMs = retryAfterMs(answer.headers.get('retry-after'), clock.now(), 0)
      throw unavailable(altDaLayer, `answered 429: ${textOf(answer.body)}`, undefined, pauseMs)
    }
    return firstAnswer(altDaLayer, this.alone, exchanged, signal)
  }
}

/** A commitment as a server answers it: raw, where the protocol's text says hexadecimal digits. */
function answered(body: Uint8Array | undefined): Uint8Array {
  if (body === undefined) throw refused(altDaLayer, `gave a commitment of more than ${maxCommitmentBytes} bytes`)
  const text = body.length > 2 && body[0] === 0x30 && body[1] === 0x78 ? new TextDecoder().decode(body) : undefined
  const commitment = text !== undefined && isHex(text) && text.length % 2 === 0 ? hexToBytes(text) : body
  const fault = commitmentFault(commitment)
  if (fault !== undefined) throw refused(altDaLayer, `gave ${fault}`)
  // Kind 0 is for who computes it: a server that answers it would let us claim what we cannot check.
  if (commitment[0] !== commitmentKinds.generic) throw refused(altDaLayer, 'gave a Keccak commitment: configure these')
  return commitment
}

/** The server says of its own commitment that its layer does not know it. */
const unknownCommitment = (body: Uint8Array | undefined): string => `the server refuses the commitment: ${textOf(body)}`

const textOf = (body: Uint8Array | undefined): string =>
  body === undefined ? 'a long answer' : new TextDecoder().decode(body.subarray(0, 256))
