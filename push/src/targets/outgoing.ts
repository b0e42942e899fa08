import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { retryAfterMs } from '@parley/http'
import type { Clock } from '@parley/runtime'
import ipaddr from 'ipaddr.js'

/** An answer of whoever is to be woken. */
export interface Answer {
  readonly status: number
  readonly retryAfterMs: number | undefined
  /** What was read of the body. */
  readonly body: Buffer
}

export interface OutgoingOptions {
  /** Addresses that are not public, and http, are reached, too: for tests and development. */
  readonly allowPrivate: boolean
  readonly timeoutMs: number
}

/** Bytes of an answer that are read: nothing is longer than a token. */
const maxAnswerBytes = 16_384
const maxConnectionsPerHost = 16

/**
 * Sends to URLs that strangers named: by https, to public addresses only, whatever a name resolves to; redirects are not
 * followed, and what is answered is read up to a bound.
 */
export class Outgoing {
  private readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
  private readonly clock: Clock
  private readonly options: OutgoingOptions

  constructor(clock: Clock, options: OutgoingOptions) {
    this.clock = clock
    this.options = options
    const agent = { keepAlive: true, maxSockets: maxConnectionsPerHost, maxFreeSockets: 2 }
    this.agents = { http: new HttpAgent(agent), https: new HttpsAgent(agent) }
  }

  /** Why a URL is not sent to; undefined when it may be. Names are judged when they are resolved. */
  refusal(text: string): string | undefined {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const { allowPrivate } = this.options
    if (url === undefined || (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')))
      return 'an https URL'
    if (url.username !== '' || url.password !== '') return 'a URL without credentials'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) return 'a URL of a public address'
    return undefined
  }

  /** @throws what the connection failed by, as an Error; the signal's reason. */
  async post(
    text: string,
    { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
    signal: AbortSignal,
  ): Promise<Answer> {
    const refused = this.refusal(text)
    if (refused !== undefined) throw new RangeError(`not ${refused}`)
    const url = new URL(text)
    const timeout = AbortSignal.timeout(this.options.timeoutMs)
    const either = AbortSignal.any([signal, timeout])
    const isPlain = url.protocol === 'http:'
    const send = isPlain ? httpRequest : httpsRequest
    const agent = isPlain ? this.agents.http : this.agents.https
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const length = { 'content-length': String(Buffer.byteLength(body)) }
        const options = {
          method: 'POST',
          agent,
          lookup: this.lookup,
          signal: either,
          headers: { ...headers, ...length },
        }
        const request = send(url, options, (response) => {
          this.read(response).then(resolve, reject)
        })
        request.on('error', reject)
        request.end(body)
      })
    } catch (error) {
      signal.throwIfAborted()
      if (timeout.aborted) throw new Error(`no answer within ${this.options.timeoutMs} ms`, { cause: error })
      throw error
    }
  }

  close(): void {
    this.agents.http.destroy()
    this.agents.https.destroy()
  }

  private async read(response: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > maxAnswerBytes) break
    }
    const after = response.headers['retry-after']
    return {
      status: response.statusCode as number,
      retryAfterMs: after === undefined ? undefined : retryAfterMs(after, this.clock.now(), 0),
      body: Buffer.concat(chunks).subarray(0, maxAnswerBytes),
    }
  }

  /** As the system resolves names, but for addresses that are not public. */
  private readonly lookup: LookupFunction = (host, options, callback) => {
    const one = typeof options === 'object' && options.all !== true
    lookup(host, { ...(options as LookupOptions), all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0)
      const allowed = this.options.allowPrivate ? found : found.filter(({ address }) => isPublic(address))
      const [first] = allowed
      if (first === undefined) return callback(new Error(`${host} has no public address`), '', 0)
      if (one) return callback(null, first.address, first.family)
      return (callback as (error: null, all: LookupAddress[]) => void)(null, allowed)
    })
  }
}

/** Whether an address is of nobody's own network. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast'
}
