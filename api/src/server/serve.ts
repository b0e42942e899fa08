import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { anything, text } from '../codec/codec.ts'
import { list, object } from '../codec/composed.ts'
import { type DocumentInfo, openApiDocument } from '../openapi.ts'
import { type AnyRoute, type Forms, type PlaceOf, placeReader, type Route, type Routes, route } from '../route.ts'
import { bodyAs, type Read, type ReadHandler, takesOctets } from './answers.ts'
import type { DirectReads } from './direct-reads.ts'
import { mediaTypeOf, octets } from './media.ts'
import { NamedAnswer, sent } from './named-answer.ts'

/** What a handler is given of a request. */
export interface Call<R, B> extends Read<R> {
  /** Octets as they came, or JSON as the route describes it. */
  readonly body: B | Uint8Array
  /** The body came as octets. */
  readonly fromOctets: boolean
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/**
 * Answers a request: a value in the route's JSON, octets or text, either by a name, or `sent` once the reply is under way.
 * Codes of what it throws belong to the route's faults.
 */
export type Handler<R> =
  R extends Route<infer _P, infer _Q, infer J, infer _O, infer B>
    ? (call: Call<R, B>) => Promise<Found<J>> | Found<J>
    : never

type Found<J> = Answer<J> | NamedAnswer<Answer<J>>

type Answer<J> = J | Uint8Array | string | FastifyReply | typeof sent

export type Handlers<T extends Routes> = { readonly [K in keyof T]: Handler<T[K]> }

/** Handlers of reads by GET that ask for nothing but place and form. */
export type ReadHandlers<T extends Routes, N extends keyof T> = {
  readonly [K in N]: (read: Read<T[K]>) => ReturnType<Handler<T[K]>>
}

/** Serves reads of a table of routes directly, too: what is written plainly does not pass through Fastify. */
export function serveDirectly<T extends Routes, N extends keyof T & string>(
  direct: DirectReads,
  routes: T,
  handlers: ReadHandlers<T, N>,
): void {
  for (const [name, handler] of Object.entries(handlers)) {
    const described = routes[name] as AnyRoute
    direct.add(fastifyPath(described.path), described, handler as ReadHandler)
  }
}

/**
 * Serves a table of routes, the document that describes it at `/openapi.json`, and at `/` what there is to ask.
 * @param besides - Routes that are served otherwise, for the document.
 */
export function serveRoutes<T extends Routes>(
  app: FastifyInstance,
  info: DocumentInfo,
  routes: T,
  handlers: Handlers<T>,
  besides: Routes = {},
): void {
  addDocument(app, info, { ...routes, ...besides })
  for (const [name, described] of Object.entries(routes)) addRoute(app, described, handlers[name] as AnyHandler, routes)
}

const documentRoute = route({
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  answer: { json: anything },
  faults: [],
  cost: 64,
  answerBytes: 256 * 1024,
})

const indexRoute = route({
  method: 'GET',
  path: '/',
  summary: 'What answers here, and each of its routes',
  answer: { json: object({ service: text, summary: text, routes: list(text, 128) }) },
  faults: [],
  anyQuery: true,
})

/** Adds the document of `routes`, which describes itself, too, and the index for whoever has nothing but the address. */
function addDocument(app: FastifyInstance, info: DocumentInfo, routes: Routes): void {
  const all = { index: indexRoute as AnyRoute, ...routes, document: documentRoute as AnyRoute }
  const document = openApiDocument(info, all)
  const listed = Object.values(all).map(({ method, path, summary }) => `${method} ${path}: ${summary}`)
  addRoute(app, indexRoute as AnyRoute, async () => ({ service: info.title, summary: info.summary, routes: listed }))
  addRoute(app, documentRoute as AnyRoute, async () => document)
}

type AnyHandler = (call: Call<AnyRoute, unknown>) => unknown

/** The path of a route as Fastify has it. */
export const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** What the guard is to know of a route. */
export const configOf = ({ cost, answerBytes, always }: AnyRoute) => ({ cost, answerBytes, always })

type Texts = Readonly<Record<string, unknown>>

/** Path and query of a request. @throws {RequestError} `FIELD_INVALID`, `FIELD_UNKNOWN`. */
export function placeOf<R extends AnyRoute>(described: R, { params, query }: FastifyRequest): PlaceOf<R> {
  return placeReader(described)({ params: params as Texts, query: query as Texts })
}

function addRoute(app: FastifyInstance, described: AnyRoute, handler: AnyHandler, routes: Routes = {}): void {
  const { method, path, bodyLimit, answer = {} } = described
  const readPlace = placeReader(described)
  const hasOwnHead = Object.values(routes).some((each) => each.method === 'HEAD' && each.path === path)
  app.route({
    method,
    url: fastifyPath(path),
    exposeHeadRoute: method === 'GET' && !hasOwnHead,
    ...(bodyLimit !== undefined && { bodyLimit }),
    config: configOf(described),
    async handler(request, reply) {
      const place = readPlace({ params: request.params as Texts, query: request.query as Texts })
      const fromOctets = mediaTypeOf(request.headers['content-type']) === octets
      const toOctets = takesOctets(answer, request.headers.accept)
      const body = bodyOf(described.body, request.body, fromOctets)
      const found = handler({ place, body, fromOctets, toOctets, request, reply })
      // An answer that is there is made in the turn that named it.
      return respond(request, reply, answer, found instanceof Promise ? await found : found)
    },
  })
}

function bodyOf(forms: Forms<unknown, unknown> | undefined, body: unknown, fromOctets: boolean): unknown {
  return fromOctets || forms?.json === undefined ? body : forms.json.decode(body, '')
}

async function respond(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  forms: Forms<unknown, unknown>,
  answer: unknown,
): Promise<FastifyReply> {
  if (!(answer instanceof NamedAnswer)) return answerWith(reply, forms, answer)
  void reply.headers({ etag: answer.etag, 'cache-control': answer.cacheControl, vary: 'accept' })
  if (answer.isKnownBy(headers['if-none-match'])) return reply.code(304).send()
  return answerWith(reply, forms, await answer.make())
}

function answerWith(reply: FastifyReply, forms: Forms<unknown, unknown>, answer: unknown): FastifyReply {
  if (answer === sent || reply.sent) return reply
  if (forms.json === undefined && !(answer instanceof Uint8Array)) return reply.send(answer)
  const { type, body, varies } = bodyAs(forms, answer)
  // Caches between must not give one form to who asked for the other.
  if (varies) void reply.header('vary', 'accept')
  return reply.type(type).send(body)
}
