import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Passing {
  readonly method: string
  readonly path: string
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What happens to a request: it goes on; its connection is cut; it waits for `heal`; its answer is changed, or written by hand. */
export type Meddling =
  | 'pass'
  | 'cut'
  | 'hold'
  | { readonly change: (real: Answer) => Answer | Promise<Answer> }
  | { readonly swallow: Answer }
  | { readonly write: (response: ServerResponse) => void }

export interface MemberProxy {
  readonly url: string
  readonly requests: readonly Passing[]
  meddle(rule: (passing: Passing) => Meddling): void
  heal(): void
  close(): Promise<void>
}

const passedOn = ['content-type', 'accept', 'parley-request', 'range']
const passedBack = ['content-type', 'retry-after', 'content-range']

/** Stands between an adapter and one member, and breaks what a test tells it to. */
export async function startMemberProxy(target: () => string): Promise<MemberProxy> {
  let rule: (passing: Passing) => Meddling = () => 'pass'
  const held: (() => void)[] = []
  const requests: Passing[] = []
  const heal = (): void => {
    rule = () => 'pass'
    for (const release of held.splice(0)) release()
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const passing = { method: request.method ?? '', path: request.url ?? '', body: Buffer.concat(chunks) }
    requests.push(passing)
    let meddling = rule(passing)
    if (meddling === 'hold') {
      await new Promise<void>((resolve) => held.push(resolve))
      meddling = 'pass'
    }
    if (meddling === 'cut') return void request.socket.destroy()
    if (typeof meddling === 'object' && 'write' in meddling) return meddling.write(response)
    const answer =
      typeof meddling === 'object' && 'swallow' in meddling ? meddling.swallow : await forward(request, passing)
    const { status, headers, body } =
      typeof meddling === 'object' && 'change' in meddling ? await meddling.change(answer) : answer
    response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
  }

  async function forward(request: IncomingMessage, { method, path, body }: Passing): Promise<Answer> {
    const headers = passedOn.flatMap((name) =>
      typeof request.headers[name] === 'string' ? [[name, request.headers[name]]] : [],
    )
    const answer = await fetch(new URL(path, target()), {
      method,
      headers: Object.fromEntries(headers) as Record<string, string>,
      ...(method === 'PUT' && { body: new Uint8Array(body) }),
    })
    const back = passedBack.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)]] : []))
    return {
      status: answer.status,
      headers: Object.fromEntries(back) as Record<string, string>,
      body: new Uint8Array(await answer.arrayBuffer()),
    }
  }

  const server = createServer((request, response) => {
    // The client or the member is gone: the one thing to do is to cut the connection.
    serve(request, response).catch(() => void request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    meddle(next) {
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

/** Bytes as fast as they are taken, without end. */
export function writeEndlessly(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
  }
  response.writeHead(200).on('drain', more)
  more()
}

/** A byte now and then, without end. */
export function trickle(response: ServerResponse): void {
  response.writeHead(200)
  const writing = setInterval(() => response.write(Buffer.from([0])), 50)
  response.on('close', () => clearInterval(writing))
}
