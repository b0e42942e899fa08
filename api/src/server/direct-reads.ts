import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AnyRoute, placeReader } from '../route.ts'
import { admit } from './admit.ts'
import type { Answerable } from './answerable.ts'
import { bodyAs, type ReadHandler, type Served, takesOctets } from './answers.ts'
import type { Exchange } from './exchange.ts'
import { NamedAnswer } from './named-answer.ts'
import { corsHeaders, faultAnswer } from './refuse.ts'

export interface DirectReadsDeps {
  /** What a request met, as it is answered and counted. @param url - Of the route. */
  readonly faulted: (error: unknown, url: string) => Answerable
}

/** Told of an answer that has left. */
export type Answered = (url: string, status: number, seconds: number) => void

/** A route as requests are told by. */
interface DirectRead {
  /** As it is registered. */
  readonly url: string
  readonly described: AnyRoute
  readonly pattern: RegExp
  readonly names: readonly string[]
  readonly placeOf: ReturnType<typeof placeReader>
  readonly handler: ReadHandler
}

/** Characters of a parameter that stand for themselves, and no more than routes take. */
const plain = '([0-9A-Za-z]{1,66})'
const plainQuery = /^[a-z]+=[0-9A-Za-z]+(?:&[a-z]+=[0-9A-Za-z]+)*$/
const cors = Object.entries(corsHeaders).flat()

/** Bytes up to which head and body leave as one text: a copy costs less than a second piece. */
const joinedBytes = 16 * 1024

/**
 * Serves reads below the routes that describe them: by the same places, forms, charges and faults, with their heads
 * written at once. Takes what is written plainly, and leaves anything else to the routes.
 */
export class DirectReads {
  private readonly reads: DirectRead[] = []
  private readonly deps: DirectReadsDeps
  private answered: Answered | undefined

  constructor(deps: DirectReadsDeps) {
    this.deps = deps
  }

  onAnswered(answered: Answered): void {
    this.answered = answered
  }

  /** @param url - Of the route, as it is registered. */
  add(url: string, described: AnyRoute, handler: ReadHandler): void {
    const { path } = described
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, plain)}(?:\\?(.*))?$`)
    this.reads.push({ url, described, pattern, names, placeOf: placeReader(described), handler })
  }

  /** @returns whether the request is answered here. */
  take(request: IncomingMessage, response: ServerResponse, exchange: Exchange): boolean {
    const { method, headers, url = '' } = request
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
    if (method !== 'GET' || hasBody) return false
    for (const read of this.reads) {
      const found = read.pattern.exec(url)
      if (found === null) continue
      const query = queryOf(found[read.names.length + 1])
      if (query === undefined) return false
      const params: Record<string, string> = {}
      read.names.forEach((name, i) => {
        params[name] = found[i + 1] as string
      })
      void this.answer(read, { params, query }, { request, response, exchange })
      return true
    }
    return false
  }

  private async answer(
    { described, placeOf, handler, url }: DirectRead,
    texts: Parameters<DirectRead['placeOf']>[0],
    { request, response, exchange }: Served,
  ): Promise<void> {
    const begun = performance.now()
    exchange.onEnd(() => this.answered?.(url, response.statusCode, (performance.now() - begun) / 1_000))
    const forms = described.answer ?? {}
    try {
      admit(request, exchange, described)
      const toOctets = takesOctets(forms, request.headers.accept)
      const found = handler({ place: placeOf(texts), toOctets })
      // An answer that is there is made in the turn that named it.
      const answer = found instanceof Promise ? await found : found
      const head = [...cors]
      if (answer instanceof NamedAnswer) {
        head.push('etag', answer.etag, 'cache-control', answer.cacheControl)
        if (answer.isKnownBy(request.headers['if-none-match'])) {
          head.push('vary', 'accept')
          exchange.answers(0)
          if (!exchange.ended) response.writeHead(304, head).end()
          return
        }
      }
      const { type, body, varies } = bodyAs(forms, answer instanceof NamedAnswer ? await answer.make() : answer)
      if (varies || answer instanceof NamedAnswer) head.push('vary', 'accept')
      exchange.answers(body.length)
      if (exchange.ended) return
      const octets = typeof body === 'string' ? Buffer.from(body) : body
      head.push('content-type', type, 'content-length', String(octets.length))
      response.writeHead(200, head)
      if (octets.length > joinedBytes) response.end(octets)
      else response.end(latin1Of(octets), 'latin1')
    } catch (error) {
      const { error: fault, status } = this.deps.faulted(error, url)
      if (exchange.ended) return
      if (response.headersSent) {
        // Half an answer is none.
        response.destroy()
        return
      }
      const { headers, body } = faultAnswer(fault, status)
      exchange.answers(body.length)
      response.writeHead(status, [...cors, ...Object.entries(headers).flat()]).end(body)
    }
  }
}

const latin1Of = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1')

/** Fields of a query whose names and values stand for themselves, each once; undefined for any other. */
function queryOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  const fields: Record<string, string> = {}
  if (text === undefined) return fields
  if (!plainQuery.test(text)) return undefined
  for (const field of text.split('&')) {
    const middle = field.indexOf('=')
    const name = field.slice(0, middle)
    if (Object.hasOwn(fields, name)) return undefined
    fields[name] = field.slice(middle + 1)
  }
  return fields
}
