import { ManualClock } from '@parley/runtime/testing'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { healthRoutes } from '../src/index.ts'
import {
  type ApiServer,
  addCharges,
  createApiServer,
  guardOptions,
  healthHandlers,
  serveRoutes,
} from '../src/server/index.ts'
import { endAll, eventually, RawClient, startServer } from './support/server.ts'

afterEach(endAll)

const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`
const octets = 'content-type: application/octet-stream\r\n'
const answers = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!)
const bodyOf = (text: string): unknown => JSON.parse(text.split('\r\n\r\n').at(-1)!)

describe('guard › a connection', () => {
  test('has so many requests worked on at once, whatever it sends ahead', async () => {
    const server = await startServer({ maxRequestsPerConnection: 3 }, 8_000_000)
    const client = new RawClient(server.port)
    client.socket.pause()
    client.send(get('/large').repeat(500))
    await eventually(() => server.largeAsked() >= 3)
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    // One answer fits the kernel's buffers in part; the rest waits for it.
    expect(server.largeAsked()).toBeLessThanOrEqual(4)
    expect(server.guard.held.total).toBeLessThan(5 * 8_000_000)
  })

  test('that reads gets all it has sent ahead, in order', async () => {
    const server = await startServer({ maxRequestsPerConnection: 2 }, 1_000)
    const client = new RawClient(server.port)
    client.send(`${get('/small').repeat(3_000)}${get('/nothing', 'connection: close\r\n')}`)
    const statuses = answers(await client.untilClosed())
    expect(statuses).toHaveLength(3_001)
    expect(statuses.at(-1)).toBe('404')
  })

  test('that sends thousands ahead does not keep others from being heard in between', async () => {
    const server = await startServer({ maxRequestsPerConnection: 8 }, 10)
    const greedy = Array.from({ length: 3 }, () => new RawClient(server.port, { localAddress: '127.0.0.2' }))
    for (const client of greedy) client.send(get('/small').repeat(600))
    await eventually(() => greedy.some(({ received }) => received.length > 0))
    const other = new RawClient(server.port).send(get('/small', 'connection: close\r\n'))
    expect(answers(await other.untilClosed())).toEqual(['200'])
    // The other one was answered while most of what came before it still waited.
    expect(greedy.map(({ received }) => answers(received).length).reduce((a, b) => a + b)).toBeLessThan(1_800)
    await eventually(() => greedy.every(({ received }) => answers(received).length === 600))
  })

  test('is read with others of its address a share at a time, however many have something to read', async () => {
    const server = await startServer()
    let [read, most, over] = [0, 0, false]
    server.app.server.prependListener('request', () => {
      read += 1
      most = Math.max(most, read)
    })
    const turn = (): void => {
      read = 0
      if (!over) setImmediate(turn)
    }
    turn()
    // So many at once fill half of what is read from a connection at a time.
    const ahead = get('/small', `x: ${'x'.repeat(900)}\r\n`).repeat(30)
    const clients = Array.from({ length: 40 }, () => new RawClient(server.port))
    await eventually(() => server.guard.connections.total === clients.length)
    for (const client of clients) client.send(ahead)
    await eventually(() => clients.every(({ received }) => answers(received).length === 30))
    over = true
    expect(most).toBeLessThan(128 + 2 * 30)
  })

  test('that sends more ahead than may wait is answered and closed', async () => {
    const server = await startServer({ maxRequestsPerConnection: 1, maxWaitingPerAddress: 10 })
    const client = new RawClient(server.port).send(get('/small').repeat(600))
    const text = await client.untilClosed()
    expect(answers(text).at(-1)).toBe('429')
    expect(bodyOf(text)).toMatchObject({ code: 'OVERLOADED', what: 'requests sent ahead' })
  })

  test('that sends more ahead than may wait is cut, where others of its address wait for their refusal', async () => {
    const server = await startServer({ maxRequestsPerConnection: 1, maxWaitingPerAddress: 10 }, 8_000_000)
    const greedy = Array.from({ length: 12 }, () => new RawClient(server.port))
    for (const { socket } of greedy) socket.pause()
    await eventually(() => server.guard.connections.total === greedy.length)
    for (const client of greedy) client.send(get('/large').repeat(600))
    await eventually(() => server.guard.connections.total === 4)
  })

  test('is cut when nothing of an answer leaves', async () => {
    const server = await startServer({ stalledMs: 200 }, 30_000_000)
    const client = new RawClient(server.port)
    client.socket.pause()
    client.send(get('/large'))
    await eventually(() => server.guard.held.total > 20_000_000)
    await eventually(() => server.guard.connections.total === 0)
    expect(server.guard.held.total).toBe(0)
  })

  test('is closed after a 408, for a head as for a body, though the client keeps its side open', async () => {
    const server = await startServer({ headersTimeoutMs: 300, requestTimeoutMs: 300 })
    const head = `POST /body HTTP/1.1\r\nHost: x\r\n${octets}content-length: 1000\r\n\r\n`
    const clients = ['', 'GET /sm', head, `${head}1234`].map((text) =>
      new RawClient(server.port, { keepsItsSide: true }).send(text),
    )
    await eventually(() => clients.every(({ received }) => received.includes('REQUEST_TIMEOUT')))
    await eventually(() => server.guard.connections.total === 0)
  })

  test('is closed after a 400, though the client keeps its side open', async () => {
    const server = await startServer()
    const client = new RawClient(server.port, { keepsItsSide: true }).send('\x16\x03\x01 hello\r\n\r\n')
    await eventually(() => client.received.length > 0)
    expect(bodyOf(client.received)).toMatchObject({ code: 'REQUEST_MALFORMED' })
    expect(client.received).toContain('access-control-allow-origin: *')
    await eventually(() => server.guard.connections.total === 0)
  })
})

describe('guard › an address', () => {
  test('has a share of the connections, the others have theirs', async () => {
    const server = await startServer({ maxConnections: 10, maxConnectionsPerAddress: 3 })
    const greedy = Array.from({ length: 8 }, () => new RawClient(server.port, { localAddress: '127.0.0.2' }))
    await eventually(() => greedy.filter(({ socket }) => socket.destroyed).length === 5)
    const other = new RawClient(server.port).send(get('/small', 'connection: close\r\n'))
    expect(answers(await other.untilClosed())).toEqual(['200'])
  })

  test('behind a trusted proxy is the one it is forwarded for', async () => {
    const server = await startServer({ trustedProxies: ['127.0.0.0/8'], quotaBurst: 500, quotaPerSecond: 1 })
    const from = async (address: string): Promise<number> => {
      const response = await fetch(`${server.url}/large`, { headers: { 'x-forwarded-for': address } })
      return response.status
    }
    const junk = [await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8::3')]
    for (let i = 0; i < 3; i += 1) junk.push(await from('2001:db8::4'))
    expect(junk.at(-1)).toBe(429)
    expect(await from('2001:db8:0:1::1')).toBe(200)
  })

  test('without a trusted proxy is the peer, whatever the header says', async () => {
    const server = await startServer({ quotaBurst: 300, quotaPerSecond: 1 })
    const statuses = []
    for (let i = 0; i < 4; i += 1)
      statuses.push((await fetch(`${server.url}/large`, { headers: { 'x-forwarded-for': `192.0.2.${i}` } })).status)
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  test('holds so many bytes of bodies that have not come', async () => {
    const server = await startServer({ maxHeldBytes: 10_000_000, maxHeldBytesPerAddress: 2_500_000 })
    const head = `POST /body HTTP/1.1\r\nHost: x\r\n${octets}content-length: 1000000\r\n\r\n`
    const greedy = [1, 2, 3].map(() => new RawClient(server.port, { localAddress: '127.0.0.2' }).send(head))
    await eventually(() => greedy.find(({ received }) => received.includes('bytes held')))
    expect(server.guard.held.of('127.0.0.2')).toBeLessThanOrEqual(2_500_000)
    const other = await fetch(`${server.url}/body`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(1_000_000),
    })
    expect(await other.json()).toEqual({ bytes: 1_000_000 })
  })
})

describe('guard › a body', () => {
  test('is charged before it is read', async () => {
    const server = await startServer({ quotaBurst: 5_000, quotaPerSecond: 1 })
    const head = `POST /body HTTP/1.1\r\nHost: x\r\n${octets}content-length: 500000\r\n\r\n`
    new RawClient(server.port).send(head)
    await eventually(() => server.guard.held.total > 0)
    const client = new RawClient(server.port).send(head)
    await eventually(() => client.received.length > 0)
    expect(bodyOf(client.received)).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(client.received).toMatch(/retry-after: \d+/)
  })

  test('without a length is charged as the longest, and the difference comes back', async () => {
    const server = await startServer({ quotaBurst: 12_000, quotaPerSecond: 1 })
    for (let i = 0; i < 5; i += 1) {
      const client = new RawClient(server.port)
      client.send(
        `POST /body HTTP/1.1\r\nHost: x\r\n${octets}transfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
      )
      expect(bodyOf(await client.untilClosed())).toEqual({ bytes: 3 })
    }
    await eventually(() => server.guard.held.total === 0)
  })

  test.each(['[', '{"a":', '"'])('of JSON beyond 64 KiB is refused unparsed: %s', async (piece) => {
    const server = await startServer()
    const response = await fetch(`${server.url}/body`, {
      method: 'POST',
      headers: { 'content-type': 'Application/JSON; charset=utf-8' },
      body: piece.repeat(100_000),
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'BODY_SIZE', maximum: 65_536 })
  })

  test('has its type told without regard to case', async () => {
    const server = await startServer()
    const response = await fetch(`${server.url}/body`, {
      method: 'POST',
      headers: { 'content-type': 'Application/Octet-Stream' },
      body: new Uint8Array(7),
    })
    expect(await response.json()).toEqual({ bytes: 7 })
  })
})

describe('guard › pages of other origins', () => {
  test.each(['/small', '/nothing', '/body'])('may ask and read: %s', async (path) => {
    const server = await startServer()
    const headers = { origin: 'https://example.org', 'access-control-request-method': 'POST' }
    const preflight = await fetch(server.url + path, { method: 'OPTIONS', headers })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, OPTIONS')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type')
    for (const response of [preflight, await fetch(server.url + path, { headers })]) {
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  test('read refusals of the guard, too', async () => {
    const server = await startServer({ quotaBurst: 10, quotaPerSecond: 1 })
    await fetch(`${server.url}/small`)
    const response = await fetch(`${server.url}/small`)
    expect(response.status).toBe(429)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})

test('guard › HEAD is answered as GET, without a body', async () => {
  const server = await startServer()
  const response = await fetch(`${server.url}/small`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
})

test('guard › what a fault repeats of a request is cut', async () => {
  const server = await startServer()
  const response = await fetch(`${server.url}/${'x'.repeat(10_000)}`)
  expect((await response.text()).length).toBeLessThan(600)
})

test('metrics › with a port of their own are not served on the public one', async () => {
  const told = Promise.withResolvers<string>()
  const log = pino({ level: 'info' }, { write: (line) => told.resolve((JSON.parse(line) as { url: string }).url) })
  const registry = new Registry()
  const deps = { clock: new ManualClock(), log, registry, statusOf: () => undefined }
  const server = createApiServer(deps, { ...guardOptions({ metricsPort: 0 }), maxBodyBytes: 1_024 })
  addCharges(server, undefined)
  const info = { title: 'Test', summary: 'Health alone' }
  serveRoutes(server.app, info, healthRoutes, healthHandlers({ registry, unreadyBecause: () => undefined }))
  try {
    const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
    const apart = await told.promise
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${apart}/metrics`)).text()).toContain('parley_http_connections')
    expect((await fetch(`${apart}/healthz`)).status).toBe(404)
  } finally {
    await server.app.close()
  }
})

describe('guard › an answer whose head has left already', () => {
  /** What the log has after such an answer to a client that waits, or has gone before. */
  async function logOf(client: 'waits' | 'gone'): Promise<string[]> {
    const logged: string[] = []
    const log = pino({}, { write: (line) => void logged.push(JSON.parse(line).msg) })
    let answered = false
    const addTo = ({ app, exchangeOf }: ApiServer): void => {
      app.get('/twice', async (request, reply) => {
        const left = new Promise<void>((resolve) => exchangeOf(request).onEnd(resolve))
        reply.raw.flushHeaders()
        if (client === 'gone') await left
        setImmediate(() => {
          answered = true
        })
        reply.send({})
        return reply
      })
    }
    const { port } = await startServer({}, 0, { log, addTo })
    const raw = new RawClient(port).send(get('/twice'))
    await eventually(() => raw.received.includes('200'))
    if (client === 'gone') raw.socket.destroy()
    await eventually(() => answered)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    return logged
  }

  test('is a defect while its client waits', async () => {
    expect(await logOf('waits')).toContain('request met a defect')
  })

  test('is none once its client has gone', async () => {
    expect(await logOf('gone')).toEqual([])
  })
})

describe('request › is refused with a code', () => {
  const post = (path: string, headers: string, body = 'x'): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
  test.each([
    ['GET /small HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    [get('/small', 'Host: y\r\nconnection: close\r\n'), 400, 'REQUEST_MALFORMED'],
    [get('/small', 'Expect: nonsense\r\n'), 400, 'REQUEST_MALFORMED'],
    ['CONNECT other:443 HTTP/1.1\r\nHost: x\r\n\r\n', 404, 'ROUTE_UNKNOWN'],
    [post('/body', `${octets}content-encoding: gzip\r\n`), 415, 'CONTENT_ENCODING'],
    [post('/body', 'content-type: application/json; charset="utf-16"\r\n', '{}'), 415, 'CONTENT_TYPE'],
    [post('/small', octets), 405, 'METHOD_UNKNOWN'],
    [post('/none', octets), 404, 'ROUTE_UNKNOWN'],
  ])('%j', async (sent, status, code) => {
    const { port } = await startServer()
    const received = await new RawClient(port).send(sent).untilClosed()
    expect([answers(received), bodyOf(received)]).toEqual([[String(status)], expect.objectContaining({ code })])
    if (status === 405) expect(received).toMatch(/\r\nallow: GET, HEAD\r\n/i)
  })

  test('but not what leaves out the host by an older version, nor what names what there is', async () => {
    const { port } = await startServer()
    const old = await new RawClient(port).send('GET /small HTTP/1.0\r\n\r\n').untilClosed()
    const utf8 = 'content-type: application/json; charset=UTF-8\r\ncontent-encoding: identity\r\n'
    const named = await new RawClient(port).send(post('/body', utf8, '{}')).untilClosed()
    expect([...answers(old), ...answers(named)]).toEqual(['200', '200'])
  })
})
