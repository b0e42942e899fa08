import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import type { PageFiles } from './build-page.ts'

export interface ServePageOptions {
  /** @default '127.0.0.1' */
  readonly host?: string
  /** Any free one by 0. @default 0 */
  readonly port?: number
}

/** A running server of the page. */
export interface PageServer {
  readonly url: string
  close(): Promise<void>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Beside the policy that the page itself has: what only headers can say. */
const headers = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** Serves files from memory, as any server of files can. Nothing that is asked for is kept or logged. */
export async function servePage(
  files: PageFiles,
  { host = '127.0.0.1', port = 0 }: ServePageOptions = {},
): Promise<PageServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) =>
    answer(files, request, response),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(files: PageFiles, { method, url = '/' }: IncomingMessage, response: ServerResponse): void {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end()
    return
  }
  const path = url.replace(/[?#].*$/, '').slice(1)
  const name = path === '' ? 'index.html' : path
  const file = files.get(name)
  if (file === undefined) {
    response.writeHead(404, headers).end()
    return
  }
  const isNamedByContent = name.startsWith('assets/')
  response.writeHead(200, {
    ...headers,
    'cache-control': isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-length': file.length,
    'content-type': types[extname(name)] ?? 'application/octet-stream',
  })
  response.end(method === 'HEAD' ? undefined : file)
}
