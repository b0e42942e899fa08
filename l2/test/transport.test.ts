import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { rpcTransport } from '@parley/http'
import { SettlementError } from '@parley/protocol'
import { createPublicClient } from 'viem'
import { describe, expect, test } from 'vitest'
import { ask } from '../src/index.ts'

type Reply = { status?: number; body: string; headers?: Record<string, string> } | 'hang'

/** A node that answers as told; `url` carries a user, a password and a key. */
async function withNode<T>(
  reply: (calls: { id: number; method: string }[]) => Reply,
  use: (url: string) => Promise<T>,
): Promise<{ result: T; batches: number[]; authorizations: Set<string | undefined> }> {
  const batches: number[] = []
  const authorizations = new Set<string | undefined>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const parsed = JSON.parse(Buffer.concat(chunks).toString())
    const calls = Array.isArray(parsed) ? parsed : [parsed]
    batches.push(calls.length)
    authorizations.add(request.headers.authorization)
    const answer = reply(calls)
    if (answer === 'hang') return
    response.writeHead(answer.status ?? 200, answer.headers ?? { 'content-type': 'application/json' }).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://user:PASSWORD@127.0.0.1:${(server.address() as AddressInfo).port}/v3/KEY?apikey=TOKEN`
    return { result: await use(url), batches, authorizations }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const never = new AbortController().signal
const secrets = /PASSWORD|KEY|TOKEN/

function chainIdOf(url: string, timeoutMs = 5_000): Promise<number> {
  const client = createPublicClient({ transport: rpcTransport(url, { timeoutMs }) })
  return ask(() => client.getChainId(), never)
}

async function faultOf(promise: Promise<unknown>): Promise<SettlementError> {
  const error = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  if (error instanceof SettlementError) return error
  throw new Error(`no fault of settlement: ${inspect(error)}`)
}

const error = (code: number, message: string): Reply => ({
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message } }),
})

describe('transport', () => {
  test('user and password of the URL › go as a header', async () => {
    const { result, authorizations } = await withNode(
      ([call]) => ({ body: JSON.stringify({ jsonrpc: '2.0', id: call?.id, result: '0x1' }) }),
      chainIdOf,
    )
    expect(result).toBe(1)
    expect([...authorizations]).toEqual([`Basic ${btoa('user:PASSWORD')}`])
  })

  test.each<[string, Reply, RegExp]>([
    ['an error of the node', error(-32_000, 'header not found'), /header not found/],
    [
      'a page with status 502',
      { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } },
      /502 with a page/,
    ],
    [
      'a page with status 200',
      { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } },
      /200 with a page/,
    ],
    ['429 with a Retry-After', { status: 429, body: '', headers: { 'retry-after': '60' } }, /wait 60 s/],
    ['no answer', 'hang', /no answer in time/],
  ])('%s › is told without the keys of the URL', async (_what, reply, words) => {
    const { result } = await withNode(
      () => reply,
      (url) => faultOf(chainIdOf(url, 300)),
    )
    expect(result.fault).toMatchObject({ code: 'SETTLEMENT_UNAVAILABLE', reason: expect.stringMatching(words) })
    expect(inspect(result, { depth: 10 })).not.toMatch(secrets)
    expect(result.fault).toMatchObject({ reason: expect.stringContaining('http://127.0.0.1:') })
  })

  test('a port that nobody listens on › is told from a name that does not resolve', async () => {
    const { result: gone } = await withNode(
      () => 'hang',
      async (url) => url,
    )
    const refused = await faultOf(chainIdOf(gone))
    expect(refused.fault).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') })
    const unknown = await faultOf(chainIdOf('http://user:PASSWORD@nowhere.invalid/KEY'))
    expect(unknown.fault).toMatchObject({ reason: expect.stringContaining('does not resolve') })
    for (const each of [refused, unknown]) expect(inspect(each, { depth: 10 })).not.toMatch(secrets)
  })

  test('a failure of a whole batch › is told in few words', async () => {
    const { result } = await withNode(
      () => ({ status: 502, body: '<html>', headers: { 'content-type': 'text/html' } }),
      async (url) => {
        const client = createPublicClient({ transport: rpcTransport(url, { timeoutMs: 5_000 }) })
        const asked = Array.from({ length: 50 }, (_, i) =>
          faultOf(ask(() => client.getBlock({ blockNumber: BigInt(i) }), never)),
        )
        return Promise.all(asked)
      },
    )
    for (const each of result) expect(inspect(each, { depth: 10 }).length).toBeLessThan(4_000)
  })

  test('a signal › ends what is under way', async () => {
    await withNode(
      () => 'hang',
      async (url) => {
        const ended = new AbortController()
        const transport = rpcTransport(url, { timeoutMs: 60_000, retries: 3, signal: ended.signal })
        const asked = faultOf(ask(() => createPublicClient({ transport }).getChainId(), never))
        ended.abort(new Error('SIGTERM was received'))
        expect((await asked).fault.code).toBe('SETTLEMENT_UNAVAILABLE')
      },
    )
  })
})
