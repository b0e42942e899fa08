import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface StatusServerDeps {
  readonly metrics: Registry
  /** Plain data told at `/v1/status`; bigints become text. */
  readonly status: () => object
}

export interface StatusServer {
  readonly url: string
  close(): Promise<void>
}

const requestTimeoutMs = 10_000

function sendJson(response: ServerResponse, code: number, value: object): void {
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))
  response.writeHead(code, { 'content-type': 'application/json' }).end(text)
}

/** Serves `/health`, `/v1/status` and `/metrics` of a process that has no API of its own. */
export async function startStatusServer(
  { metrics, status }: StatusServerDeps,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<StatusServer> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const fail = (error: unknown): void => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    }
    if (request.method !== 'GET') sendJson(response, 405, { code: 'METHOD_UNKNOWN' })
    else if (request.url === '/health') sendJson(response, 200, { status: 'ok' })
    else if (request.url === '/v1/status') sendJson(response, 200, status())
    else if (request.url === '/metrics')
      metrics.metrics().then((text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text), fail)
    else sendJson(response, 404, { code: 'ROUTE_UNKNOWN' })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host}:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}
