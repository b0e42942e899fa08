import type { Clock } from '@parley/protocol'
import { type FastifyReply, fastify } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { NodeError } from '../faults.ts'
import type { ParleyNode } from '../node.ts'
import { answerableFault, statusOfCode } from './answers.ts'
import { jsonOf } from './json.ts'
import { openApiDocument } from './openapi.ts'
import { nodeRoutes, type RouteAnswer } from './routes.ts'

export interface NodeServerDeps {
  readonly node: ParleyNode
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Logger
}

export interface NodeServerOptions {
  /** @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes a free one. @default 0 */
  readonly port?: number
  /** A request that takes longer to arrive is dropped. Milliseconds. @default 10_000 */
  readonly requestTimeoutMs?: number
}

export interface NodeServer {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  readonly url: string
  close(): Promise<void>
}

function send(reply: FastifyReply, answer: RouteAnswer): FastifyReply {
  reply.code(answer.status ?? 200)
  if (answer.bytes !== undefined) return reply.type('application/octet-stream').send(Buffer.from(answer.bytes))
  if (answer.text !== undefined) return reply.type(answer.text.type).send(answer.text.body)
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(jsonOf(answer.json)))
}

function sendFault(reply: FastifyReply, error: NodeError): FastifyReply {
  const { retryAfterMs } = error.fault as { retryAfterMs?: number }
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))))
  return send(reply, { status: statusOfCode(error.fault.code), json: error.toJSON() })
}

/** Serves a node over HTTP. */
export async function createNodeServer(deps: NodeServerDeps, options: NodeServerOptions = {}): Promise<NodeServer> {
  const { node, registry, clock, log } = deps
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: options.requestTimeoutMs ?? 10_000,
    routerOptions: { maxParamLength: 32 },
    // Addresses that cannot be decoded never reach the error handler.
    frameworkErrors: (error, _request, reply) => {
      void sendFault(reply, answerableFault(error))
    },
  })
  app.setErrorHandler((error, request, reply) => {
    const fault = answerableFault(error)
    if (fault.fault.code === 'INTERNAL') log.error({ err: error, url: request.url }, 'request failed')
    return sendFault(reply, fault)
  })
  app.setNotFoundHandler((request, reply) =>
    sendFault(reply, new NodeError({ code: 'ROUTE_UNKNOWN', route: `${request.method} ${request.url.slice(0, 200)}` })),
  )
  const routes = nodeRoutes(node, registry)
  const document = openApiDocument(routes)
  app.get('/openapi.json', (_request, reply) => send(reply, { json: document }))
  for (const route of routes)
    app.get(route.path, async (request, reply) => {
      const started = clock.now()
      reply.raw.once('finish', () => {
        const labels = { route: route.path, status: String(reply.statusCode) }
        node.metrics.httpSeconds.observe(labels, (clock.now() - started) / 1000)
      })
      const answer = await route.answer({
        params: request.params as Record<string, string>,
        query: request.query as Record<string, string>,
        accept: request.headers.accept ?? '',
      })
      return send(reply, answer)
    })
  const url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 })
  log.info({ url }, 'node serves')
  return { url, close: () => app.close() }
}
