import { describe, expect, test } from 'vitest'
import { ExchangeError, endpointOf, rpcFetch, rpcFetchDefaults } from '../src/index.ts'
import { type Asked, type Reply, startServer } from './support.ts'

const json = { 'content-type': 'application/json' }
const answer = (call: { id: number }) => ({ jsonrpc: '2.0', id: call.id, result: `0x${call.id}` })
const answered = ({ body }: Asked): Reply => {
  const calls = JSON.parse(body)
  return { headers: json, body: JSON.stringify(Array.isArray(calls) ? calls.map(answer) : answer(calls)) }
}
const sizesOf = (asked: readonly Asked[]) =>
  asked.map(({ body }) => {
    const calls: unknown = JSON.parse(body)
    return Array.isArray(calls) ? calls.length : 1
  })

const calls = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ jsonrpc: '2.0', id: i + 1, method: 'eth_x', params: [] }))
const post = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body), headers: json })

async function failureOf(promise: Promise<unknown>): Promise<ExchangeError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (failure: unknown) => failure,
  )
  if (error instanceof ExchangeError) return error
  throw error
}

describe('batches', () => {
  test.each<[string, Reply]>([
    ['one error and status 200', { headers: json, body: '{"id":null,"error":{"code":31,"message":"too many"}}' }],
    [
      'one error and status 500',
      { status: 500, headers: json, body: '{"id":null,"error":{"code":31,"message":"no"}}' },
    ],
    [
      'one error in a list',
      { headers: json, body: '[{"id":null,"error":{"code":-32600,"message":"batch too large"}}]' },
    ],
    ['status 429', { status: 429, headers: json, body: '{"error":{"message":"no"}}' }],
    ['a page and status 413', { status: 413, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ])('refused with %s › are halved, and the size is remembered', async (_what, refusal) => {
    await using server = await startServer((asked) => ((sizesOf([asked])[0] ?? 0) > 3 ? refusal : answered(asked)))
    const fetch = rpcFetch(endpointOf(server.url))
    const first = await (await fetch('http://ignored', post(calls(12)))).json()
    expect(first).toEqual(calls(12).map(answer))
    expect(sizesOf(server.asked)).toEqual([12, 6, 3, 3, 3, 3])
    await fetch('http://ignored', post(calls(6)))
    expect(sizesOf(server.asked).slice(6)).toEqual([3, 3])
  })

  test('refused down to one › go one by one', async () => {
    await using server = await startServer((asked) =>
      asked.body.startsWith('[') ? { status: 400, body: 'no batches' } : answered(asked),
    )
    const fetch = rpcFetch(endpointOf(server.url))
    expect(await (await fetch('http://ignored', post(calls(3)))).json()).toEqual(calls(3).map(answer))
  })

  test('a server that refuses everything › does not make them smaller', async () => {
    let sound = false
    await using server = await startServer((asked) => (sound ? answered(asked) : { status: 502, body: '<html>' }))
    const fetch = rpcFetch(endpointOf(server.url))
    expect((await failureOf(fetch('http://ignored', post(calls(4))))).kind).toBe('unreadable')
    sound = true
    server.asked.length = 0
    await fetch('http://ignored', post(calls(4)))
    expect(sizesOf(server.asked)).toEqual([4])
  })
})

describe('answers that are none', () => {
  test.each<[string, Reply, RegExp]>([
    [
      'a page with status 200',
      { headers: { 'content-type': 'text/html' }, body: '<html>login</html>' },
      /answered 200 with a page/,
    ],
    ['a page with status 502', { status: 502, body: '<html>bad gateway</html>' }, /answered 502 with a page/],
    ['nothing', { status: 200 }, /answered 200 with nothing/],
    ['JSON of something else', { headers: json, body: '{"message":"hello"}' }, /instead of JSON-RPC/],
    ['401', { status: 401, headers: json, body: '{"message":"UNAUTHORIZED"}' }, /other credentials or another key/],
    ['403 with a page', { status: 403, body: '<html>blocked</html>' }, /other credentials or another key/],
  ])('%s › is unreadable, and the cure is named', async (_what, reply, words) => {
    await using server = await startServer(() => reply)
    const failure = await failureOf(rpcFetch(endpointOf(`${server.url}/KEY`))('http://ignored', post(calls(1)[0])))
    expect(failure.kind).toBe('unreadable')
    expect(failure.message).toMatch(words)
    expect(failure.message).not.toContain('KEY')
  })

  test('a byte-order mark before JSON › is no part of it', async () => {
    await using server = await startServer((asked) => ({ ...answered(asked), body: `\uFEFF${answered(asked).body}` }))
    const found = await rpcFetch(endpointOf(server.url))('http://ignored', post(calls(1)[0]))
    expect(await found.json()).toEqual(answer({ id: 1 }))
  })

  test('an endless answer › is too large', async () => {
    await using server = await startServer(() => ({ body: new Uint8Array(2_000) }))
    const fetch = rpcFetch(endpointOf(server.url), { ...rpcFetchDefaults, maxAnswerBytes: 1_000 })
    expect((await failureOf(fetch('http://ignored', post(calls(1)[0])))).kind).toBe('too large')
  })
})

describe('rate limits', () => {
  test('a short Retry-After › is waited out', async () => {
    let limits = 1
    await using server = await startServer((asked) =>
      limits-- > 0 ? { status: 429, headers: { 'retry-after': '0.01' } } : answered(asked),
    )
    const found = await rpcFetch(endpointOf(server.url))('http://ignored', post(calls(1)[0]))
    expect(await found.json()).toEqual(answer({ id: 1 }))
  })

  test('a long one › fails at once, and nobody asks until it is over', async () => {
    await using server = await startServer(() => ({ status: 429, headers: { 'retry-after': '60' } }))
    const fetch = rpcFetch(endpointOf(server.url))
    const first = await failureOf(fetch('http://ignored', post(calls(1)[0])))
    expect(first.kind).toBe('rate limited')
    expect(first.retryAfterMs).toBe(60_000)
    expect((await failureOf(fetch('http://ignored', post(calls(9))))).kind).toBe('rate limited')
    expect(server.asked).toHaveLength(1)
  })
})
