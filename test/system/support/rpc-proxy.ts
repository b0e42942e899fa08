import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a request goes wrong: refused with a status, or no answer before or after the chain got it. */
type Trouble = 'tooManyRequests' | 'lost' | 'unanswered'

interface RpcCall {
  readonly id: number
  readonly method: string
}

/** Forgets some of the answers, by chance from a seed, as a pool of nodes does of which some are behind. */
export function forgetful(seed: number): (result: unknown) => unknown {
  let state = seed
  return (result) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state < 2 ** 30 ? null : result
  }
}

/** Stands between a client and a chain, and fails as told. */
export interface RpcProxy {
  readonly url: string
  /** The next calls of `method` go wrong in this order. */
  fail(method: string, ...troubles: Trouble[]): void
  /** Calls of a method that reached the proxy. */
  count(method: string): number
  /** Changes the result of every later call of `method`; undefined to stop. */
  alter(method: string, change: ((result: unknown) => unknown) | undefined): void
  close(): Promise<void>
}

export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const planned = new Map<string, Trouble[]>()
  const counts = new Map<string, number>()
  const changes = new Map<string, (result: unknown) => unknown>()

  const troubleOf = (calls: readonly RpcCall[]): Trouble | undefined => {
    for (const { method } of calls) {
      counts.set(method, (counts.get(method) ?? 0) + 1)
      const trouble = planned.get(method)?.shift()
      if (trouble !== undefined) return trouble
    }
    return undefined
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const parsed = JSON.parse(body) as RpcCall | RpcCall[]
    const calls = [parsed].flat()
    const trouble = troubleOf(calls)
    if (trouble === 'lost') return void response.destroy()
    if (trouble === 'tooManyRequests') return void response.writeHead(429).end('slow down')
    const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (trouble === 'unanswered') return void response.destroy()
    const answers = (await answer.json()) as { id: number; result?: unknown } | { id: number; result?: unknown }[]
    for (const each of [answers].flat()) {
      const change = changes.get(calls.find(({ id }) => id === each.id)?.method ?? '')
      if (change !== undefined && each.result !== undefined) each.result = change(each.result)
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    fail: (method, ...troubles) => planned.set(method, [...(planned.get(method) ?? []), ...troubles]),
    count: (method) => counts.get(method) ?? 0,
    alter: (method, change) => (change === undefined ? changes.delete(method) : changes.set(method, change)),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}
