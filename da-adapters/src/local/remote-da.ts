import { daRoutes, pathOf } from '@parley/api'
import { type ExchangeAnswer, type ExchangeRequest, endpointOf } from '@parley/http'
import { DaError, DaLayer, type DataAvailability } from '@parley/protocol'
import { ended, freeQuote } from '../amounts.ts'
import { createCalls } from '../calls.ts'
import { checkSize, corrupt, missing, refused, unavailable } from '../fault.ts'
import { layerExchange } from '../layer-exchange.ts'
import { createLifetime } from '../lifetime.ts'
import { sha256 } from '../sha256.ts'
import { decodeLocalPointer, localLayer } from './pointer.ts'
import { localLimits, receiptOf } from './terms.ts'

/** Error bodies are read for their text only. */
const maxErrorBytes = 4096

export interface RemoteDaOptions {
  readonly url: string
  readonly writeToken: string | undefined
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** The local layer as its server gives it to others. */
export function createRemoteDa({ url, writeToken, maxBytes, timeoutMs }: RemoteDaOptions): DataAvailability {
  const lifetime = createLifetime(localLayer)
  const calls = createCalls(localLayer)
  const endpoint = endpointOf(url)
  const { data } = daRoutes(maxBytes)

  function exchange(
    digest: Uint8Array,
    request: Pick<ExchangeRequest, 'method' | 'body' | 'headers' | 'maxBytes'>,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    return layerExchange(
      localLayer,
      { ...request, endpoint, path: pathOf(data, { params: { digest } }), timeoutMs },
      signal,
    )
  }

  async function retrieve(pointer: Uint8Array, during: AbortSignal): Promise<Uint8Array> {
    const { digest, length } = decodeLocalPointer(pointer, maxBytes)
    const { status, body } = await exchange(digest, { method: 'GET', maxBytes: length }, during)
    if (status === 404) throw missing(localLayer, pointer)
    if (status !== 200) throw unavailable(localLayer, `answered ${status}`)
    if (body === undefined) throw corrupt(localLayer, pointer, `more than ${length} bytes were served`)
    if (body.length !== length) throw corrupt(localLayer, pointer, `${body.length} of ${length} bytes were served`)
    if (Buffer.compare(sha256(body), digest) !== 0)
      throw corrupt(localLayer, pointer, 'what was served has another digest')
    return body
  }

  /** Bytes that the server has of a digest; undefined when it says that it has none. */
  async function lengthOf(digest: Uint8Array, during: AbortSignal): Promise<number | undefined> {
    const { status, headers } = await exchange(digest, { method: 'HEAD', maxBytes: maxErrorBytes }, during)
    if (status === 404) return undefined
    if (status !== 200) throw unavailable(localLayer, `answered ${status}`)
    const length = headers.get('content-length')
    if (length === null) throw unavailable(localLayer, 'answered without a length')
    return Number(length)
  }

  return {
    layer: DaLayer.local,
    name: localLayer,
    limits: () => localLimits(maxBytes),
    async quote(bytes, signal) {
      lifetime.during(signal)
      checkSize(bytes, maxBytes)
      return freeQuote(bytes)
    },
    async submit(data, _options, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes)
      if (writeToken === undefined) throw refused(localLayer, 'no write token is configured')
      const digest = sha256(data)
      const headers = { authorization: `Bearer ${writeToken}`, 'content-type': 'application/octet-stream' }
      const body = data.slice()
      const answer = await calls.run(digest, during, (inner) =>
        exchange(digest, { method: 'PUT', body, headers, maxBytes: maxErrorBytes }, inner),
      )
      checkStored(answer, data.length, maxBytes)
      return receiptOf(digest, data.length)
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      if (writeToken === undefined) throw refused(localLayer, 'no write token is configured')
      await calls.end(digest)
      const length = await lengthOf(digest, during)
      if (length === undefined || length === 0 || length > maxBytes) return ended
      return { ...ended, receipt: receiptOf(digest, length) }
    },
    retrieve: async (pointer, signal) => retrieve(pointer, lifetime.during(signal)),
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      const { digest, length } = decodeLocalPointer(pointer, maxBytes)
      return (await lengthOf(digest, during)) === length ? 'final' : 'lost'
    },
    audit: async (pointer, signal) => void (await retrieve(pointer, lifetime.during(signal))),
    close: async () => lifetime.end(),
  }
}

function checkStored({ status, body }: ExchangeAnswer, bytes: number, maxBytes: number): void {
  if (status === 200 || status === 201) return
  if (status === 413) throw new DaError({ code: 'DA_TOO_LARGE', bytes, maxBytes })
  const text = body === undefined ? '' : `: ${new TextDecoder().decode(body)}`
  if (status === 401 || status === 403) throw refused(localLayer, `answered ${status}${text}`)
  throw unavailable(localLayer, `answered ${status}${text}`)
}
