import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** Serves the metrics of `app` on a port of their own, from when it listens until it closes. */
export function serveMetricsApart(
  app: FastifyInstance,
  apart: FastifyInstance,
  { registry, port, listening }: { registry: Registry; port: number; listening: (url: string) => void },
): void {
  apart.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  app.addHook('onListen', async () => {
    const { address: host } = app.server.address() as AddressInfo
    listening(await apart.listen({ host, port }))
  })
  app.addHook('onClose', () => apart.close())
}
