import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { cidOf } from '@parley/api'
import { expect, onTestFinished, test } from 'vitest'
import { contentDigest } from '../src/index.ts'
import { kuboBlocks, pinnedBlocks } from '../src/ipfs/index.ts'
import { memoryBlocks } from '../src/store/index.ts'
import { memoryStore } from './support/store.ts'

const { signal } = new AbortController()
const block = new Uint8Array(randomBytes(512))
const digest = contentDigest(block)
const cid = cidOf(digest)

async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams => new URL(url, 'http://x').searchParams
const pathOf = ({ url = '' }: IncomingMessage): string => new URL(url, 'http://x').pathname

/**
 * A double of Kubo's RPC, of exactly the calls that are used, as Kubo's reference describes them. That a real Kubo answers so is
 * not proven here: none runs where these tests run.
 */
class KuboDouble {
  readonly blocks = new Map<string, Buffer>()
  readonly pins = new Set<string>()

  readonly listener: RequestListener = async (request, response) => {
    const body = await buffer(request)
    const query = queryOf(request)
    const arg = query.get('arg') ?? ''
    if (request.method !== 'POST') response.writeHead(405).end()
    else if (pathOf(request) === '/api/v0/block/put') this.put(body, query, response)
    else if (pathOf(request) === '/api/v0/block/get') {
      const found = this.blocks.get(arg)
      if (found === undefined) fail(response, 'block was not found locally (offline): ipld: could not find')
      else response.end(found)
    } else if (pathOf(request) === '/api/v0/pin/rm') {
      if (this.pins.delete(arg)) response.end(JSON.stringify({ Pins: [arg] }))
      else fail(response, 'not pinned or pinned indirectly')
    } else if (pathOf(request) === '/api/v0/block/rm') {
      this.blocks.delete(arg)
      response.end(`${JSON.stringify({ Hash: arg })}\n`)
    } else response.writeHead(404).end()
  }

  private put(body: Buffer, query: URLSearchParams, response: ServerResponse): void {
    const start = body.indexOf('\r\n\r\n') + 4
    const data = body.subarray(start, body.lastIndexOf('\r\n--'))
    if (query.get('cid-codec') !== 'raw' || query.get('mhtype') !== 'sha2-256') {
      fail(response, 'another form')
      return
    }
    const key = cidOf(createHash('sha256').update(data).digest())
    this.blocks.set(key, data)
    if (query.get('pin') === 'true') this.pins.add(key)
    response.end(JSON.stringify({ Key: key, Size: data.length }))
  }
}

function fail(response: ServerResponse, message: string): void {
  response.writeHead(500).end(JSON.stringify({ Message: message, Code: 0, Type: 'error' }))
}

test('Kubo › a block is put as raw sha2-256 and pinned, and goes with its pin', async () => {
  const kubo = new KuboDouble()
  const blocks = kuboBlocks({ url: await serverOf(kubo.listener) })
  expect(await blocks.get(digest, signal)).toBeUndefined()
  await blocks.put(digest, block, signal)
  expect([...kubo.pins]).toEqual([cid])
  expect(new Uint8Array((await blocks.get(digest, signal)) as Uint8Array)).toEqual(block)
  await blocks.delete(digest, signal)
  expect([kubo.blocks.size, kubo.pins.size]).toEqual([0, 0])
  await blocks.delete(digest, signal)
})

test('Kubo › a store over it promises, keeps and lets go as any other', async () => {
  const kubo = new KuboDouble()
  const { store, clock } = await memoryStore({}, { blocks: kuboBlocks({ url: await serverOf(kubo.listener) }) })
  await store.put(block, { class: 'application', acks: [] }, signal)
  expect(new Uint8Array((await store.get(digest, signal)) as Uint8Array)).toEqual(block)
  clock.advance(30 * 86_400_000)
  await store.letGo(signal)
  expect(kubo.blocks.size).toBe(0)
})

test('Kubo › a node that names another block, refuses or is away is told apart', async () => {
  const other = kuboBlocks({ url: await serverOf((_, answer) => answer.end('{"Key":"bafkother"}')) })
  await expect(other.put(digest, block, signal)).rejects.toMatchObject({
    fault: { code: 'STORE_UNAVAILABLE', reason: 'it has bafkother' },
  })
  const refusing = kuboBlocks({ url: await serverOf((_, answer) => fail(answer, 'disk full')) })
  await expect(refusing.put(digest, block, signal)).rejects.toMatchObject({
    fault: { code: 'STORE_REFUSED', status: 500 },
  })
  await expect(refusing.get(digest, signal)).rejects.toMatchObject({ fault: { code: 'STORE_REFUSED' } })
  const away = kuboBlocks({ url: 'http://127.0.0.1:1' })
  await expect(away.get(digest, signal)).rejects.toMatchObject({ fault: { code: 'STORE_UNAVAILABLE' } })
})

/** A double of a pinning service, by the specification of its API. */
class PinningDouble {
  readonly pins = new Map<string, { cid: string; looks: number }>()
  statuses = ['queued', 'pinning', 'pinned']

  readonly listener: RequestListener = async (request, response) => {
    const text = (await buffer(request)).toString()
    const say = (value: unknown, status = 200): void => {
      response.writeHead(status).end(JSON.stringify(value))
    }
    const [, , id] = pathOf(request).split('/')
    if (request.headers.authorization !== 'Bearer secret') say({ error: { reason: 'UNAUTHORIZED' } }, 401)
    else if (request.method === 'POST') {
      const requestid = `r${this.pins.size}`
      this.pins.set(requestid, { cid: (JSON.parse(text) as { cid: string }).cid, looks: 0 })
      say(this.status(requestid), 202)
    } else if (request.method === 'DELETE') {
      if (this.pins.delete(id ?? '')) response.writeHead(202).end()
      else say({ error: { reason: 'NOT_FOUND' } }, 404)
    } else if (id !== undefined) say(this.status(id))
    else {
      const found = [...this.pins].filter(([, pin]) => pin.cid === queryOf(request).get('cid'))
      say({ count: found.length, results: found.map(([requestid]) => this.status(requestid)) })
    }
  }

  private status(requestid: string) {
    const pin = this.pins.get(requestid)!
    const status = this.statuses[Math.min(pin.looks, this.statuses.length - 1)]
    pin.looks += 1
    return { requestid, status, created: '2026-01-01T00:00:00Z', pin: { cid: pin.cid }, delegates: [] }
  }
}

const pinning = (url: string, token = 'secret') => ({ url, token, origins: ['/ip4/127.0.0.1/tcp/1'], pollMs: 1 })

test('pinning service › a block is put once it is pinned, and unpinned when it goes', async () => {
  const service = new PinningDouble()
  const own = memoryBlocks()
  const blocks = pinnedBlocks(own, pinning(await serverOf(service.listener)))
  await blocks.put(digest, block, signal)
  expect([...service.pins.values()]).toEqual([{ cid, looks: 3 }])
  expect(await blocks.get(digest, signal)).toEqual(block)
  await blocks.delete(digest, signal)
  expect(service.pins.size).toBe(0)
  expect(await own.get(digest, signal)).toBeUndefined()
})

test('pinning service › one that fails, refuses or talks otherwise makes putting fail', async () => {
  const service = new PinningDouble()
  service.statuses = ['queued', 'failed']
  const url = await serverOf(service.listener)
  await expect(pinnedBlocks(memoryBlocks(), pinning(url)).put(digest, block, signal)).rejects.toThrow(
    'the pin is failed',
  )
  const stranger = pinnedBlocks(memoryBlocks(), pinning(url, 'wrong'))
  await expect(stranger.put(digest, block, signal)).rejects.toMatchObject({
    fault: { code: 'STORE_REFUSED', status: 401 },
  })
  const other = pinnedBlocks(memoryBlocks(), pinning(await serverOf((_, answer) => answer.end('{}'))))
  await expect(other.put(digest, block, signal)).rejects.toThrow('no status of a pin')
})
