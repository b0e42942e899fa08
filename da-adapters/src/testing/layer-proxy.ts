import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request on its way to the target. */
export interface Passing {
  readonly method: string
  readonly path: string
  readonly body: Buffer
}

export interface ProxyAnswer {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
  /** As a HEAD request is told. */
  readonly length?: number
  /** Besides type and length. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * What happens to a request: it goes on; its connection is cut, before it went on or when it should be answered; it waits
 * for `heal`; its answer is changed; or it never goes on and is answered all the same, or written by hand.
 */
export type Meddling =
  | 'pass'
  | 'cut'
  | 'cut after'
  | 'hold'
  | { readonly answer: (real: ProxyAnswer) => ProxyAnswer }
  | { readonly swallow: ProxyAnswer }
  | { readonly write: (response: ServerResponse) => void }

export interface LayerProxy {
  readonly url: string
  /** Every request; none where the proxy was not to remember them. */
  readonly requests: readonly Passing[]
  /** How many requests came. */
  readonly seen: number
  /** How many of them did not pass as they were. */
  readonly meddled: number
  meddle(rule: (passing: Passing) => Meddling): void
  /** Everything passes again, what was held as well. */
  heal(): void
  close(): Promise<void>
}

export interface LayerProxyOptions {
  /** Whether requests are kept, bodies and all. Default true. */
  readonly remember?: boolean
}

/** Stands between an adapter and its layer and breaks what a test tells it to. */
export async function startProxy(
  target: () => string,
  { remember = true }: LayerProxyOptions = {},
): Promise<LayerProxy> {
  let rule: (passing: Passing) => Meddling = () => 'pass'
  let seen = 0
  let meddled = 0
  const held: Array<() => void> = []
  const requests: Passing[] = []
  const heal = () => {
    rule = () => 'pass'
    for (const release of held.splice(0)) release()
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const passing: Passing = { method: request.method ?? '', path: request.url ?? '', body: Buffer.concat(chunks) }
    seen += 1
    if (remember) requests.push(passing)
    let meddling = rule(passing)
    if (meddling !== 'pass') meddled += 1
    if (meddling === 'hold') {
      await new Promise<void>((resolve) => held.push(resolve))
      meddling = 'pass'
    }
    if (meddling === 'cut') return void request.socket.destroy()
    if (typeof meddling === 'object' && 'write' in meddling) return meddling.write(response)
    const swallowed = typeof meddling === 'object' && 'swallow' in meddling ? meddling.swallow : undefined
    const real = swallowed ?? (await forward(target(), request, passing))
    if (meddling === 'cut after') return void request.socket.destroy()
    const answer = typeof meddling === 'object' && 'answer' in meddling ? meddling.answer(real) : real
    const { status, type, body, headers } = answer
    const length = request.method === 'HEAD' ? (real.length ?? 0) : body.length
    response.writeHead(status, { ...headers, 'content-type': type, 'content-length': length }).end(body)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => {
      // The client or the target is gone: the one thing to do is to cut the connection.
      request.socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get seen() {
      return seen
    },
    get meddled() {
      return meddled
    },
    meddle: (next) => {
      rule = next
    },
    heal,
    async close() {
      heal()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Between the two ends of a connection, or about an encoding that is undone on the way. */
const ownToAConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'accept-encoding',
  'host',
  'keep-alive',
  'transfer-encoding',
])

async function forward(
  target: string,
  request: IncomingMessage,
  { method, path, body }: Passing,
): Promise<ProxyAnswer> {
  const { 'content-type': sent } = request.headers
  const asked = Object.entries(request.headers).filter(([name]) => !ownToAConnection.has(name))
  const answer = await fetch(new URL(path, target), {
    method,
    headers: { ...(Object.fromEntries(asked) as Record<string, string>), ...(sent && { 'content-type': sent }) },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
  })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    body: bytes,
    length: Number(answer.headers.get('content-length') ?? bytes.length),
    headers: Object.fromEntries([...answer.headers].filter(([name]) => !ownToAConnection.has(name))),
  }
}
