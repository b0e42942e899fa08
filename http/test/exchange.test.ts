import { describe, expect, test } from 'vitest'
import { ExchangeError, endpointOf, exchange } from '../src/index.ts'
import { type Reply, startServer } from './support.ts'

const patience = () => AbortSignal.timeout(340_000)
const get = { method: 'GET', maxBytes: 1_000, timeoutMs: 5_000 } as const

async function failureAt(url: string): Promise<ExchangeError> {
  try {
    await exchange({ ...get, endpoint: endpointOf(url), path: 'x' }, patience())
  } catch (error) {
    if (error instanceof ExchangeError) return error
    throw error
  }
  throw new Error('it succeeded')
}

describe('exchange', () => {
  test('credentials, path and query › arrive, and a key of the URL with them', async () => {
    await using server = await startServer(() => ({ body: 'ok' }))
    const endpoint = endpointOf(`${server.url.replace('//', '//user:pass@')}/KEY?apikey=K`)
    const answer = await exchange({ ...get, endpoint, path: '/eth/v1/x?y=1' }, patience())
    expect(new TextDecoder().decode(answer.body)).toBe('ok')
    expect(server.asked[0]?.path).toBe('/KEY/eth/v1/x?apikey=K&y=1')
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${btoa('user:pass')}`)
  })

  test.each<[string, Reply, string]>([
    ['a cut connection', { cut: true }, 'cut'],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/KEY' } }, 'redirected'],
  ])('%s › is told from others', async (_what, reply, kind) => {
    await using server = await startServer(() => reply)
    const failure = await failureAt(`${server.url}/KEY`)
    expect(failure.kind).toBe(kind)
    expect(failure.message).toContain(`${server.url}/…`)
    expect(failure.message).not.toContain('KEY')
  })

  test('a redirect › names where to', async () => {
    await using server = await startServer(() => ({
      status: 308,
      headers: { location: 'https://elsewhere.example/KEY' },
    }))
    expect((await failureAt(server.url)).message).toContain('https://elsewhere.example')
  })

  test('a port that nobody listens on › is refused', async () => {
    const server = await startServer(() => ({}))
    await server[Symbol.asyncDispose]()
    const failure = await failureAt(`${server.url.replace('//', '//user:pass@')}/KEY`)
    expect(failure.kind).toBe('refused')
    expect(failure.neverSent).toBe(true)
    expect(failure.message).not.toMatch(/KEY|pass/)
  })

  test('a name that does not resolve › is an unknown host', async () => {
    expect((await failureAt('http://nowhere.invalid')).kind).toBe('unknown host')
  })

  test('https at an http port › is a failure of TLS', async () => {
    await using server = await startServer(() => ({}))
    expect((await failureAt(server.url.replace('http:', 'https:'))).kind).toBe('tls')
  })

  test('an endless answer › has no body', async () => {
    await using server = await startServer(() => ({ body: new Uint8Array(1_001) }))
    expect((await exchange({ ...get, endpoint: endpointOf(server.url) }, patience())).body).toBeUndefined()
  })
})
