import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { anything, text } from '../codec/codec.ts'
import { list, object } from '../codec/composed.ts'
import { type DocumentInfo, openApiDocument } from '../openapi.ts'
import { type AnyRoute, type Forms, type PlaceOf, type Route, type Routes, readPlace, route } from '../route.ts'
import { json, mediaTypeOf, octets, prefersOctets } from './media.ts'
import { sent } from './revalidate.ts'

/** What a handler is given of a request. */
export interface Call<R, B> {
  /** Path and query, as the route describes them. */
  readonly place: PlaceOf<R>
  /** Octets as they came, or JSON as the route describes it. */
  readonly body: B | Uint8Array
  /** The body came as octets. */
  readonly fromOctets: boolean
  /** The answer is to be octets. */
  readonly toOctets: boolean
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/**
 * Answers a request: a value in the route's JSON, octets or text, or `sent` once the reply is under way.
 * Codes of what it throws belong to the route's faults.
 */
export type Handler<R> =
  R extends Route<infer _P, infer _Q, infer J, infer _O, infer B>
    ? (call: Call<R, B>) => Promise<J | Uint8Array | string | FastifyReply | typeof sent>
    : never

export type Handlers<T extends Routes> = { readonly [K in keyof T]: Handler<T[K]> }

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

type AnyHandler = (call: Call<AnyRoute, unknown>) => Promise<unknown>

/** The path of a route as Fastify has it. */
export const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** What the guard is to know of a route. */
export const configOf = ({ cost, answerBytes, always }: AnyRoute) => ({ cost, answerBytes, always })

/** Path and query of a request. @throws {RequestError} `FIELD_INVALID`, `FIELD_UNKNOWN`. */
export function placeOf<R extends AnyRoute>(described: R, { params, query }: FastifyRequest): PlaceOf<R> {
  return readPlace(described, {
    params: params as Readonly<Record<string, unknown>>,
    query: query as Readonly<Record<string, unknown>>,
  })
}

function addRoute(app: FastifyInstance, described: AnyRoute, handler: AnyHandler, routes: Routes = {}): void {
  const { method, path, bodyLimit, answer = {} } = described
  const hasOwnHead = Object.values(routes).some((each) => each.method === 'HEAD' && each.path === path)
  app.route({
    method,
    url: fastifyPath(path),
    exposeHeadRoute: method === 'GET' && !hasOwnHead,
    ...(bodyLimit !== undefined && { bodyLimit }),
    config: configOf(described),
    async handler(request, reply) {
      const place = placeOf(described, request)
      const fromOctets = mediaTypeOf(request.headers['content-type']) === octets
      const toOctets =
        answer.octets !== undefined && (answer.json === undefined || prefersOctets(request.headers.accept))
      const body = bodyOf(described.body, request.body, fromOctets)
      return answerWith(reply, answer, await handler({ place, body, fromOctets, toOctets, request, reply }))
    },
  })
}

function bodyOf(forms: Forms<unknown, unknown> | undefined, body: unknown, fromOctets: boolean): unknown {
  return fromOctets || forms?.json === undefined ? body : forms.json.decode(body, '')
}

function answerWith(reply: FastifyReply, forms: Forms<unknown, unknown>, answer: unknown): FastifyReply {
  if (answer === sent || reply.sent) return reply
  // Caches between must not give one form to who asked for the other.
  if (forms.octets !== undefined && forms.json !== undefined) void reply.header('vary', 'accept')
  if (answer instanceof Uint8Array) return reply.type(forms.octets?.type ?? octets).send(answer)
  if (forms.json === undefined) return reply.send(answer)
  return reply.type(`${json}; charset=utf-8`).send(JSON.stringify(forms.json.encode(answer)))
}
