import { randomBytes } from 'node:crypto'
import { cidOf, digestOfCid } from '@parley/api'
import { toHex } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { contentDigest, httpContents } from '../src/index.ts'
import { newReader } from './support/ack.ts'
import { servedStore } from './support/store.ts'

const { signal } = new AbortController()
const given = new Uint8Array(randomBytes(512))
const digest = contentDigest(given)
const name = toHex(digest).slice(2)
const octets = 'application/octet-stream'
const application = { class: 'application', acks: [] } as const

const bodyOf = (...parts: (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))))

async function faultOf(answer: Response): Promise<Record<string, unknown>> {
  return { status: answer.status, ...((await answer.json()) as object) }
}

const put = (url: string, body: Uint8Array<ArrayBuffer>, { digest: named = name, type = octets, headers = {} } = {}) =>
  fetch(`${url}/v1/contents/${named}`, { method: 'PUT', body, headers: { 'content-type': type, ...headers } })

describe('putting', () => {
  test.each([
    ['no class', [], 'BODY_SIZE'],
    ['an unknown class', [4, 0, 1], 'CONTENT_INVALID'],
    ['too many commitments', [0, 65, 1], 'CONTENT_INVALID'],
    ['fewer commitments than it says', [0, 1, ...new Uint8Array(32)], 'CONTENT_INVALID'],
    ['no content', [0, 0], 'CONTENT_INVALID'],
    ['another content', [0, 0, 1], 'CONTENT_OTHER'],
  ])('%s is refused', async (_, body, code) => {
    const { url, store } = await servedStore()
    expect(await faultOf(await put(url, bodyOf(body)))).toMatchObject({ status: 400, code })
    expect([store.contents, store.freeBytes]).toEqual([0, store.settings.maxStoredBytes])
  })

  test('a body that is too long, of another type or of no announced length is refused before it is read', async () => {
    const { url } = await servedStore()
    const long = new Uint8Array(2 + 64 * 32 + 1_048_576 + 1)
    expect(await faultOf(await put(url, long))).toMatchObject({
      status: 413,
      code: 'BODY_SIZE',
      maximum: long.length - 1,
    })
    expect(await faultOf(await put(url, bodyOf([0, 0], given), { type: 'text/plain' }))).toMatchObject({ status: 415 })
    const stream = new ReadableStream({ start: (controller) => controller.close() })
    const unknown = { method: 'PUT', body: stream, duplex: 'half', headers: { 'content-type': octets } } as RequestInit
    expect(await faultOf(await fetch(`${url}/v1/contents/${name}`, unknown))).toMatchObject({ code: 'BODY_SIZE' })
  })

  test('a digest that is none is refused by its field', async () => {
    const { url } = await servedStore()
    expect(await faultOf(await put(url, bodyOf([0, 0], given), { digest: 'abc' }))).toMatchObject({
      code: 'FIELD_INVALID',
      field: 'digest',
    })
  })

  test('an address that has put what it may is refused, and others are not', async () => {
    const { url, clock } = await servedStore(
      {},
      { putBurstBytes: 2_048, putBytesPerDay: 86_400, trustedProxies: ['127.0.0.1'] },
    )
    const from = (address: string) => put(url, bodyOf([0, 0], given), { headers: { 'x-forwarded-for': address } })
    expect((await from('192.0.2.1')).status).toBe(200)
    expect((await from('192.0.2.1')).status).toBe(200)
    expect(await faultOf(await from('192.0.2.1'))).toMatchObject({
      status: 429,
      code: 'QUOTA_EXCEEDED',
      retryAfterMs: 1_024_000,
    })
    expect((await from('192.0.2.2')).status).toBe(200)
    clock.advance(1_024_000)
    expect((await from('192.0.2.1')).status).toBe(200)
  })

  test('a store that is full refuses before it reads', async () => {
    const { url } = await servedStore({ maxStoredBytes: 512 })
    expect(await faultOf(await put(url, bodyOf([0, 0], given)))).toMatchObject({
      status: 507,
      code: 'STORE_FULL',
      free: 512,
    })
  })

  test('a store with a token takes contents of its bearers alone', async () => {
    const { url } = await servedStore({}, { token: 'secret' })
    expect(await faultOf(await put(url, bodyOf([0, 0], given)))).toMatchObject({ status: 401, code: 'UNAUTHORIZED' })
    await httpContents({ url, token: 'secret' }).put(given, application, signal)
    expect(await httpContents({ url }).get(digest, signal)).toEqual(given)
  })
})

describe('reading', () => {
  test('a content comes as a raw block that no browser interprets', async () => {
    const { url } = await servedStore()
    await httpContents({ url }).put(given, application, signal)
    const answer = await fetch(`${url}/ipfs/${cidOf(digest)}?format=raw`)
    expect(answer.headers.get('content-type')).toBe('application/vnd.ipld.raw')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(given)
    const head = await fetch(`${url}/ipfs/${cidOf(digest)}?format=raw`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '512'])
  })

  test.each([
    ['another codec', 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi', 'FIELD_INVALID'],
    ['version 0', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', 'FIELD_INVALID'],
    ['capitals', cidOf(digest).toUpperCase(), 'FIELD_INVALID'],
    ['what is not there', cidOf(digest), 'CONTENT_UNKNOWN'],
  ])('%s is refused', async (_, cid, code) => {
    const { url } = await servedStore()
    expect(await faultOf(await fetch(`${url}/ipfs/${cid}`))).toMatchObject({ code })
  })

  test('other forms than raw are refused', async () => {
    const { url } = await servedStore()
    const answer = await fetch(`${url}/ipfs/${cidOf(digest)}?format=car`)
    expect(await faultOf(answer)).toMatchObject({ code: 'FIELD_INVALID', field: 'format', expected: 'raw' })
  })
})

test('an acknowledgement of another length is refused', async () => {
  const { url } = await servedStore()
  const reader = newReader()
  const path = `${url}/v1/contents/${name}/acks`
  const post = (body: Uint8Array<ArrayBuffer>) =>
    fetch(path, { method: 'POST', body, headers: { 'content-type': octets } })
  expect(await faultOf(await post(bodyOf(reader.ackKey)))).toMatchObject({
    code: 'BODY_SIZE',
    minimum: 96,
    maximum: 96,
  })
  expect(await faultOf(await post(bodyOf(reader.ackKey, reader.sign(digest))))).toMatchObject({ status: 404 })
})

test('the store says what it keeps, whether it is well, and its metrics', async () => {
  const { url } = await servedStore()
  await httpContents({ url }).put(given, application, signal)
  expect(await (await fetch(`${url}/v1/status`)).json()).toMatchObject({
    contents: 1,
    bytes: 512,
    maxContentBytes: 1_048_576,
  })
  for (const path of ['/healthz', '/readyz', '/openapi.json']) expect((await fetch(url + path)).status).toBe(200)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('parley_store_contents 1')
  expect(metrics).toContain('parley_store_taken_total{class="application"} 1')
})

test('document › is docs/api/store.json', async () => {
  const { url } = await servedStore()
  const document = await (await fetch(`${url}/openapi.json`)).json()
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/store.json')
})

// Vectors of the multiformats' own library for sha2-256 of nothing and of "hello", codec raw.
test.each([
  ['', 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'],
  ['hello', 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq'],
])('the CID of %j', (text, cid) => {
  const hash = contentDigest(new TextEncoder().encode(text))
  expect(cidOf(hash)).toBe(cid)
  expect(digestOfCid(cid)).toEqual(hash)
  expect(digestOfCid(`${cid.slice(0, -1)}r`)).toBeUndefined()
})
