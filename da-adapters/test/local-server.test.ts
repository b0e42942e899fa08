import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createLocalDa, createLocalDaServer, type LocalDaServerOptions } from '../src/index.ts'
import { faultOf } from './support/faults.ts'
import { writeToken } from './support/local-harness.ts'
import { scratchDirectory } from './support/scratch.ts'
import { silentLog } from './support/silent-log.ts'

const { signal } = new AbortController()
const data = Uint8Array.of(1, 2, 3, 4)
const digest = createHash('sha256').update(data).digest('hex')
const bytesType = { 'content-type': 'application/octet-stream' }

async function withServer<T>(
  options: Partial<LocalDaServerOptions>,
  use: (url: string, port: number) => Promise<T>,
): Promise<T> {
  await using scratch = await scratchDirectory()
  const place = { host: '127.0.0.1', port: 0 }
  const server = await createLocalDaServer({ dir: scratch.path, log: silentLog }, { ...place, ...options })
  try {
    return await use(server.url, server.port)
  } finally {
    await server.close()
  }
}

function put(url: string, name: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string>) {
  return fetch(`${url}/v1/data/${name}`, { method: 'PUT', body, headers: { ...bytesType, ...headers } })
}

describe('local server', () => {
  const bearer = { authorization: `Bearer ${writeToken}` }

  test('document › is the one in docs/api', async () => {
    await withServer({}, async (url) => {
      const document: unknown = await (await fetch(`${url}/openapi.json`)).json()
      await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/da.json')
    })
  })

  test('PUT › without a configured token is refused to everybody', async () => {
    await withServer({}, async (url) => {
      expect((await put(url, digest, data, bearer)).status).toBe(403)
    })
  })

  test('PUT › with no or a wrong token is refused, and the client says so', async () => {
    await withServer({ writeToken }, async (url) => {
      expect((await put(url, digest, data, {})).status).toBe(401)
      expect((await put(url, digest, data, { authorization: `Bearer ${writeToken}x` })).status).toBe(401)
      const stranger = await createLocalDa({ log: silentLog }, { url, writeToken: 'some other long token' })
      expect(await faultOf(stranger.submit(data, {}, signal))).toMatchObject({ code: 'DA_REFUSED', layer: 'local' })
      const reader = await createLocalDa({ log: silentLog }, { url })
      expect(await faultOf(reader.submit(data, {}, signal))).toMatchObject({ code: 'DA_REFUSED', layer: 'local' })
    })
  })

  test('PUT › a token too short to be one stops the server from starting', async () => {
    await using scratch = await scratchDirectory()
    const started = createLocalDaServer(
      { dir: scratch.path, log: silentLog },
      { host: '127.0.0.1', port: 0, writeToken: 'short' },
    )
    expect(await faultOf(started)).toMatchObject({ code: 'DA_REFUSED' })
  })

  test('PUT › answers 201 first and 200 after', async () => {
    await withServer({ writeToken }, async (url) => {
      expect((await put(url, digest, data, bearer)).status).toBe(201)
      expect((await put(url, digest, data, bearer)).status).toBe(200)
    })
  })

  test.each([
    ['a digest that is not the body’s', 'a'.repeat(64), data, {}, 400],
    ['a digest in capitals', digest.toUpperCase(), data, {}, 400],
    ['a path out of the directory', '..%2f..%2fetc%2fpasswd', data, {}, 400],
    ['no body', createHash('sha256').digest('hex'), new Uint8Array(0), {}, 400],
    ['a body of another type', digest, data, { 'content-type': 'application/json' }, 415],
    ['a body over the limit', digest, new Uint8Array(2_000), {}, 413],
  ])('PUT › refuses %s', async (_what, name, body, headers, status) => {
    await withServer({ writeToken, maxBytes: 1_000 }, async (url) => {
      expect((await put(url, name, body, { ...bearer, ...headers })).status).toBe(status)
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
    })
  })

  test('PUT › the server’s lower limit reaches the caller as DA_TOO_LARGE', async () => {
    await withServer({ writeToken, maxBytes: 1_000 }, async (url) => {
      const da = await createLocalDa({ log: silentLog }, { url, writeToken })
      expect(await faultOf(da.submit(new Uint8Array(1_001).fill(1), {}, signal))).toMatchObject({
        code: 'DA_TOO_LARGE',
      })
    })
  })

  test('PUT › more uploads at once than allowed are told to come later', async () => {
    await withServer({ writeToken, maxUploads: 1 }, async (url, port) => {
      const slow = connect(port, '127.0.0.1')
      await once(slow, 'connect')
      const head = `PUT /v1/data/${digest} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${writeToken}\r\n`
      slow.write(`${head}expect: 100-continue\r\ncontent-type: application/octet-stream\r\ncontent-length: 4\r\n\r\n`)
      // The server asks for the body, so it has counted this upload.
      await once(slow, 'data')
      const refused = await put(url, digest, data, bearer)
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('1')
      slow.write(data)
      const [answer] = (await once(slow, 'data')) as [Buffer]
      expect(answer.toString()).toMatch(/^HTTP\/1.1 201/)
      slow.destroy()
    })
  })

  test('GET › serves bytes that may be cached for ever', async () => {
    await withServer({ writeToken }, async (url) => {
      await put(url, digest, data, bearer)
      const answer = await fetch(`${url}/v1/data/${digest}`)
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(data)
      expect(answer.headers.get('cache-control')).toContain('immutable')
      expect(answer.headers.get('etag')).toBe(`"${digest}"`)
      const head = await fetch(`${url}/v1/data/${digest}`, { method: 'HEAD' })
      expect(head.headers.get('content-length')).toBe('4')
    })
  })

  test('GET › one address has a share of the open files, and gives them back when it goes', async () => {
    await withServer({ writeToken, maxOpenFilesPerAddress: 2, maxOpenFiles: 3 }, async (url, port) => {
      const large = new Uint8Array(8_000_000).fill(7)
      const name = createHash('sha256').update(large).digest('hex')
      await put(url, name, large, bearer)
      const greedy = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
      greedy.on('error', () => undefined)
      const two = Array.from({ length: 2 }, () => connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }))
      for (const socket of two) socket.pause().write(`GET /v1/data/${name} HTTP/1.1\r\nhost: x\r\n\r\n`)
      for (const socket of two) await once(socket, 'readable')
      greedy.write(`GET /v1/data/${name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
      const [answer] = (await once(greedy, 'data')) as [Buffer]
      expect(answer.toString()).toMatch(/^HTTP\/1.1 429.*"what":"open files"/s)
      expect((await (await fetch(`${url}/v1/data/${name}`)).arrayBuffer()).byteLength).toBe(large.length)
      for (const socket of two) socket.destroy()
    })
  })

  test('GET › files of answers sent ahead are closed when the client goes', async () => {
    await withServer({ writeToken, maxOpenFilesPerAddress: 4 }, async (url, port) => {
      const large = new Uint8Array(8_000_000).fill(7)
      const name = createHash('sha256').update(large).digest('hex')
      await put(url, name, large, bearer)
      const greedy = connect(port, '127.0.0.1')
      greedy.pause().write(`GET /v1/data/${name} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(300))
      await once(greedy, 'readable')
      greedy.destroy()
      await expect.poll(async () => (await fetch(`${url}/v1/data/${name}`)).status).toBe(200)
      for (let i = 0; i < 8; i += 1) {
        const read = await fetch(`${url}/v1/data/${name}`)
        expect((await read.arrayBuffer()).byteLength).toBe(large.length)
      }
    })
  })

  test('readyz › says that the directory is gone', async () => {
    await using scratch = await scratchDirectory()
    const dir = join(scratch.path, 'data')
    const server = await createLocalDaServer({ dir, log: silentLog }, { host: '127.0.0.1', port: 0 })
    try {
      expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: true })
      expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('parley_http_connections')
      await rm(dir, { recursive: true })
      const answer = await fetch(`${server.url}/readyz`)
      expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NOT_READY' }])
    } finally {
      await server.close()
    }
  })

  test('GET › what is not there is a coded 404', async () => {
    await withServer({}, async (url) => {
      const answer = await fetch(`${url}/v1/data/${digest}`)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'DA_MISSING', blame: 'layer', retry: 'later' })
    })
  })
})

describe('local client', () => {
  const pointer = Uint8Array.from([1, ...createHash('sha256').update(data).digest(), 0, 0, 0, 4])

  async function against<T>(serve: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
    const server = createServer(serve).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  async function retrieveFrom(serve: RequestListener): Promise<unknown> {
    return against(serve, async (url) => {
      const da = await createLocalDa({ log: silentLog }, { url, timeoutMs: 300 })
      return faultOf(da.retrieve(pointer, signal))
    })
  }

  test('retrieve › stops reading at the length that the pointer names', async () => {
    let sent = 0
    const fault = await retrieveFrom((_request, response) => {
      const pour = () => {
        while (sent < 1e9 && response.write(Buffer.alloc(65_536))) sent += 65_536
        response.once('drain', pour)
      }
      pour()
    })
    expect(fault).toMatchObject({ code: 'DA_CORRUPT' })
    expect(sent).toBeLessThan(50_000_000)
  })

  test('retrieve › a server that never ends is DA_UNAVAILABLE after the time allowed', async () => {
    const fault = await retrieveFrom((_request, response) => void response.write(Buffer.alloc(1)))
    expect(fault).toMatchObject({ code: 'DA_UNAVAILABLE', reason: expect.stringContaining('no answer within 300 ms') })
  })

  test.each([
    [
      'a redirect',
      (_: unknown, response: import('node:http').ServerResponse) =>
        response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['an error', (_: unknown, response: import('node:http').ServerResponse) => response.writeHead(500).end()],
    [
      'success without data',
      (_: unknown, response: import('node:http').ServerResponse) => response.writeHead(204).end(),
    ],
  ])('retrieve › %s is DA_UNAVAILABLE', async (_what, serve) => {
    expect(await retrieveFrom(serve)).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })

  test('retrieve › fewer bytes than the pointer names is DA_CORRUPT', async () => {
    const fault = await retrieveFrom((_request, response) => void response.end(Buffer.from(data.subarray(0, 3))))
    expect(fault).toMatchObject({ code: 'DA_CORRUPT', reason: '3 of 4 bytes were served' })
  })
})
