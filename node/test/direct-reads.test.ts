import { connect } from 'node:net'
import { systemClock } from '@parley/runtime'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNodeServer } from '../src/index.ts'
import { log, Rig, type Running } from './support/rig.ts'

const octets = 'application/octet-stream'

let one: Running
beforeAll(async () => {
  const rig = new Rig()
  rig.prepare()
  one = await rig.start()
  await one.verified(2n)
})
afterAll(() => one.stop())

/** Header lines of an answer but for the time, by name. */
type Head = Readonly<Record<string, string>>

/** What a server answers to a request as it is written: status, headers and body. */
async function answerTo(url: string, text: string): Promise<{ status: number; head: Head; body: Buffer }> {
  const { hostname, port } = new URL(url)
  const chunks: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket
      .on('data', (chunk) => chunks.push(chunk))
      .on('error', reject)
      .on('close', resolve)
  })
  const bytes = Buffer.concat(chunks)
  const end = bytes.indexOf('\r\n\r\n')
  const [line = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const head = Object.fromEntries(lines.map((each) => each.split(': ', 2) as [string, string]))
  // Node writes the first in capitals; the second says when.
  const { Date: _, ...rest } = head
  return { status: Number(line.split(' ')[1]), head: rest, body: bytes.subarray(end + 4) }
}

const request = (path: string, headers: Readonly<Record<string, string>> = {}): string => {
  const lines = Object.entries({ host: 'x', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** The same path, written so that it passes through the routes: the last digit or letter is escaped. */
const escaped = (path: string): string => {
  const [place = '', query] = path.split('?')
  const code = place.charCodeAt(place.lastIndexOf('/') + 1).toString(16)
  const at = place.lastIndexOf('/') + 1
  return `${place.slice(0, at)}%${code}${place.slice(at + 1)}${query === undefined ? '' : `?${query}`}`
}

describe('reads below the routes', () => {
  const paths = [
    '/v1/conversations/3/0',
    '/v1/conversations/3/0?at=latest',
    '/v1/conversations/3/0?at=final',
    '/v1/conversations/3/0?at=yesterday',
    '/v1/conversations/3/0?before=1',
    '/v1/conversations/3/9',
    '/v1/conversations/64/0',
    '/v1/conversations/3/x',
    '/v1/accounts/40/0',
    '/v1/accounts/40/7',
    '/v1/blocks/2',
    '/v1/blocks/latest',
    '/v1/blocks/99',
    '/v1/blocks/18446744073709551616',
    '/v1/conversations/3/0/messages?from=0&limit=2',
    '/v1/conversations/3/0/messages?from=1',
    '/v1/conversations/3/0/messages?limit=0',
    '/v1/conversations/3/0/messages?limit=2&limit=2',
  ]

  test.each(paths.flatMap((path) => [octets, 'application/json', '*/*'].map((accept) => [path, accept] as const)))(
    '%s as %s › is what the routes answer',
    async (path, accept) => {
      const url = await one.url()
      const direct = await answerTo(url, request(path, { accept }))
      expect(direct).toEqual(await answerTo(url, request(escaped(path), { accept })))
      const { etag } = direct.head
      if (etag === undefined) return
      const known = { accept, 'if-none-match': `W/"other", ${etag}` }
      const unchanged = await answerTo(url, request(path, known))
      expect(unchanged).toEqual(await answerTo(url, request(escaped(path), known)))
      expect(unchanged.status).toBe(304)
    },
  )

  test('headers › a host too few or too many is refused with the code', async () => {
    const url = await one.url()
    for (const text of [
      'GET /v1/blocks/2 HTTP/1.1\r\nconnection: close\r\n\r\n',
      'GET /v1/blocks/2 HTTP/1.1\r\nhost: x\r\nHost: y\r\nconnection: close\r\n\r\n',
    ]) {
      const { status, body } = await answerTo(url, text)
      expect([status, JSON.parse(body.toString()).code]).toEqual([400, 'REQUEST_MALFORMED'])
    }
  })

  test('charges › are those of the routes, and measured as theirs are', async () => {
    const { node } = one
    const tokens = 1_000
    const options = { quotaBurst: tokens, quotaPerSecond: 1 }
    const answered = async (write: (path: string) => string): Promise<number> => {
      const server = await createNodeServer({ node, registry: new Registry(), clock: systemClock, log }, options)
      try {
        for (let asked = 0; ; asked += 1) {
          const { status, body } = await answerTo(server.url, request(write('/v1/blocks/2'), { accept: octets }))
          if (status === 200) continue
          expect([status, JSON.parse(body.toString()).code]).toEqual([429, 'QUOTA_EXCEEDED'])
          return asked
        }
      } finally {
        await server.close()
      }
    }
    const directly = await answered((path) => path)
    expect(directly).toBe(Math.floor(tokens / (16 + 64)))
    expect(await answered(escaped)).toBe(directly)
    expect(await one.scraped('parley_node_http_seconds_count{route="/v1/blocks/:number",status="429"}')).toBe(2)
  })

  test('several sent ahead › are answered in their order', async () => {
    const both = `${request('/v1/blocks/2', { accept: octets, connection: 'keep-alive' })}${request('/v1/status')}`
    const { status, body } = await answerTo(await one.url(), both)
    expect(status).toBe(200)
    expect(body.toString('latin1')).toContain('"state":"following"')
  })
})
