import { connect } from 'node:net'
import { ssz } from '@parley/api'
import { ConversationType, SignedOperationType, signedMessageBytes } from '@parley/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  endAll,
  eventually,
  getJson,
  type Harness,
  octets,
  postMessages,
  postOperation,
  startSequencer,
} from './support/harness.ts'
import { body, deposit, ownerSecret, signed, Talk } from './support/world.ts'

let harness: Harness
let talk: Talk
const json = 'application/json'

beforeAll(async () => {
  harness = await startSequencer({
    lanes: 1,
    sealing: { minAgeMs: 0, minOperations: 1 },
    http: { maxMessages: 8, requestTimeoutMs: 1_000, quotaBurst: 1_000_000_000, quotaPerSecond: 1_000_000_000 },
  })
  harness.l2.enqueue(deposit(3))
  await eventually('deposit', async () => (await fetch(`${harness.url}/v1/accounts/3/0`)).ok || undefined)
  talk = new Talk(3, 0)
  await postOperation(harness.url, talk.create)
})
afterAll(endAll)

const send = (path: string, type: string | undefined, payload: string | Uint8Array, method = 'POST') =>
  fetch(harness.url + path, {
    method,
    headers: type === undefined ? {} : { 'content-type': type },
    body: typeof payload === 'string' ? payload : Buffer.from(payload),
  })

const operationJson = () => ssz(SignedOperationType).encode(talk.create)
const messageJson = (change: object = {}) => ({
  shard: 3,
  conversation: 0,
  member: 0,
  nonce: '1',
  content: `0x${'00'.repeat(32)}`,
  signature: `0x${'00'.repeat(64)}`,
  ...change,
})
const text = (value: unknown) => JSON.stringify(value)
const messages = (count: number) => new Uint8Array(count * signedMessageBytes)

describe('HTTP › faults', () => {
  test.each<[string, string, string | undefined, string | Uint8Array, number, object]>([
    ['an empty body', '/v1/messages', octets, '', 400, { code: 'BODY_SIZE', bytes: 0, multipleOf: 111 }],
    ['part of a message', '/v1/messages', octets, new Uint8Array(110), 400, { code: 'BODY_SIZE', bytes: 110 }],
    ['more messages than allowed', '/v1/messages', octets, messages(9), 413, { code: 'BODY_SIZE', maximum: 888 }],
    ['a body beyond any bound', '/v1/messages', octets, new Uint8Array(10_000), 413, { code: 'BODY_SIZE' }],
    ['text', '/v1/messages', 'text/plain', 'hello', 415, { code: 'CONTENT_TYPE', received: 'text/plain' }],
    ['no content type', '/v1/messages', '', new Uint8Array(111), 415, { code: 'CONTENT_TYPE' }],
    ['broken JSON', '/v1/messages', json, '[{', 400, { code: 'BODY_MALFORMED', reason: 'not JSON' }],
    ['no JSON at all', '/v1/messages', json, '', 400, { code: 'BODY_MALFORMED' }],
    ['an object for a list', '/v1/messages', json, '{}', 400, { code: 'FIELD_INVALID', field: 'body' }],
    ['an empty list', '/v1/messages', json, '[]', 400, { code: 'FIELD_INVALID', field: 'body' }],
    ['a list too long', '/v1/messages', json, text(Array(9).fill(messageJson())), 400, { code: 'FIELD_INVALID' }],
    [
      'a wrong field',
      '/v1/messages',
      json,
      text([messageJson(), messageJson({ member: 70_000 })]),
      400,
      { code: 'FIELD_INVALID', field: '[1].member' },
    ],
    [
      'an unknown field',
      '/v1/messages',
      json,
      text([messageJson({ price: 1 })]),
      400,
      { code: 'FIELD_UNKNOWN', field: '[0].price' },
    ],
    [
      'a prototype',
      '/v1/messages',
      json,
      '[{"__proto__": {"shard": 3}}]',
      400,
      { code: 'FIELD_UNKNOWN', field: '[0].__proto__' },
    ],
    [
      'an operation that is none',
      '/v1/operations',
      octets,
      new Uint8Array(200).fill(7),
      400,
      { code: 'BODY_MALFORMED' },
    ],
    ['an empty operation', '/v1/operations', octets, '', 400, { code: 'BODY_SIZE' }],
    [
      'an operation too long',
      '/v1/operations',
      octets,
      new Uint8Array(9_000),
      413,
      { code: 'BODY_SIZE', maximum: 8_192 },
    ],
    [
      'an operation of no kind',
      '/v1/operations',
      json,
      text({ operation: { kind: 'mint', value: {} }, signatures: [] }),
      400,
      { code: 'FIELD_INVALID', field: 'operation.kind' },
    ],
    ['a route that is none', '/v1/nothing', json, '{}', 404, { code: 'ROUTE_UNKNOWN', path: '/v1/nothing' }],
    ['development under a live clock', '/v1/dev/seal', json, '{}', 404, { code: 'ROUTE_UNKNOWN' }],
  ])('%s', async (_, path, type, payload, status, fault) => {
    const response = await send(path, type, payload)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain(json)
    expect(await response.json()).toMatchObject({ ...fault, message: expect.any(String), blame: 'sender' })
  })

  test.each<[string, number, object]>([
    ['/v1/conversations/64/0', 400, { code: 'FIELD_INVALID', field: 'shard' }],
    ['/v1/conversations/-1/0', 400, { code: 'FIELD_INVALID', field: 'shard' }],
    ['/v1/conversations/3/01', 400, { code: 'FIELD_INVALID', field: 'index' }],
    ['/v1/conversations/3/4294967296', 400, { code: 'FIELD_INVALID', field: 'index' }],
    ['/v1/conversations/3/4294967295', 404, { code: 'CONVERSATION_UNKNOWN', conversation: 4294967295 }],
    ['/v1/accounts/3/1', 404, { code: 'ACCOUNT_UNKNOWN', account: 1 }],
    ['/v1/blocks/0', 404, { code: 'BLOCK_UNKNOWN', number: '0' }],
    ['/v1/blocks/99999', 404, { code: 'BLOCK_UNKNOWN', number: '99999' }],
    ['/v1/blocks/first', 400, { code: 'FIELD_INVALID', field: 'number' }],
    [`/v1/blocks/${'9'.repeat(67)}`, 400, { code: 'REQUEST_MALFORMED' }],
    ['/v1/blocks/%00', 400, { code: 'FIELD_INVALID', field: 'number' }],
    ['/v1/blocks/%', 400, { code: 'REQUEST_MALFORMED' }],
    ['/v1/stream', 400, { code: 'REQUEST_MALFORMED' }],
    ['/v1/feed/blocks', 400, { code: 'REQUEST_MALFORMED' }],
  ])('GET %s', async (path, status, fault) => {
    const response = await fetch(harness.url + path)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(fault)
  })

  test('an operation that the state refuses is 422 with its fault, and a receipt for SSZ', async () => {
    const withdraw = signed({ selector: 4, value: { shard: 3, account: 0, nonce: 77n, amount: 1n } }, [ownerSecret])
    const response = await send('/v1/operations', json, text(ssz(SignedOperationType).encode(withdraw)))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ code: 'NONCE_MISMATCH', expected: '1', received: '77' })
    expect(await postOperation(harness.url, withdraw)).toEqual({ refusal: 6, block: 0n, value: 1n })
  })

  test('what is not HTTP is answered and the connection ended', async () => {
    const { port } = new URL(harness.url)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\x16\x03\x01 hello\r\n\r\n'))
      let received = ''
      socket.on('data', (data) => {
        received += data.toString()
      })
      socket.on('end', () => resolve(received))
      socket.on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'REQUEST_MALFORMED' })
  })
})

describe('HTTP › upgrades that are refused', () => {
  const upgraded = (path: string, headers: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(harness.url).port), '127.0.0.1')
      let received = ''
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${headers}\r\n`)
      socket.on('data', (data) => {
        received += data.toString()
      })
      socket.on('close', () => resolve(received))
      socket.on('error', reject)
    })
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
  const version = 'Sec-WebSocket-Version: 13\r\n'

  test.each([
    ['on a route that is no WebSocket', '/v1/status', `Upgrade: websocket\r\n${version}${key}`],
    ['of another version', '/v1/stream', `Upgrade: websocket\r\nSec-WebSocket-Version: 7\r\n${key}`],
    ['without a key', '/v1/stream', `Upgrade: websocket\r\n${version}`],
    ['to something else', '/v1/stream', `Upgrade: h2c\r\n${version}${key}`],
  ])('%s: a coded fault, and the socket is gone', async (_, path, headers) => {
    const answer = await upgraded(path, headers)
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'REQUEST_MALFORMED' })
  })
})

test('HTTP › a fault does not grow with the field that it names', async () => {
  const response = await send('/v1/messages', json, `[{"${'x'.repeat(60_000)}":1}]`)
  expect(response.status).toBe(400)
  const answer = await response.text()
  expect(JSON.parse(answer)).toMatchObject({ code: 'FIELD_UNKNOWN' })
  expect(answer.length).toBeLessThan(500)
})

describe('HTTP › answers', () => {
  test('JSON messages are accepted and refused one by one', async () => {
    const good = talk.say('json')
    const value = {
      ...good,
      nonce: String(good.nonce),
      content: `0x${Buffer.from(good.content).toString('hex')}`,
      signature: `0x${Buffer.from(good.signature).toString('hex')}`,
    }
    const response = await send('/v1/messages', json, text([value, value]))
    expect(await response.json()).toMatchObject([
      { accepted: true, position: '0', block: expect.stringMatching(/^[1-9]/) },
      {
        accepted: false,
        fault: { code: 'NONCE_MISMATCH', expected: String(good.nonce + 1n), received: String(good.nonce) },
      },
    ])
  })

  test('messages of shards and conversations that are none are refused, not answered by a defect', async () => {
    const strange = [{ shard: 64 }, { shard: 255 }, { conversation: 2 ** 32 - 1 }, { member: 65_535 }].map(
      (change) => ({ ...talk.signed('x', 0, 1n), ...change }),
    )
    const receipts = await postMessages(harness.url, strange)
    expect(receipts.map(({ refusal }) => refusal)).toEqual([1, 1, 3, 4])
  })

  test('operations of shards that are none are refused', async () => {
    for (const shard of [64, 255]) {
      const operation = signed({ selector: 4, value: { shard, account: 0, nonce: 0n, amount: 1n } }, [ownerSecret])
      expect(await postOperation(harness.url, operation)).toMatchObject({ refusal: 1 })
    }
  })

  test('a conversation as SSZ and as JSON is the same', async () => {
    const path = '/v1/conversations/3/0'
    const response = await fetch(harness.url + path, { headers: { accept: octets } })
    expect(response.headers.get('content-type')).toBe(octets)
    const conversation = ConversationType.deserialize(new Uint8Array(await response.arrayBuffer()))
    expect(await getJson(harness.url, path)).toEqual({
      shard: 3,
      index: 0,
      conversation: ssz(ConversationType).encode(conversation),
    })
  })

  test.each([
    ['application/octet-stream;q=0.1, application/json', json],
    ['Application/Octet-Stream', octets],
    ['application/octet-stream, */*;q=0.1', octets],
  ])('Accept: %s is answered with %s', async (accept, type) => {
    const response = await fetch(`${harness.url}/v1/conversations/3/0`, { headers: { accept } })
    expect(response.headers.get('content-type')).toContain(type)
  })

  test('status, prices, blocks and metrics tell where it stands', async () => {
    const status = await getJson<{ head: { number: string }; shards: unknown[] }>(harness.url, '/v1/status')
    expect(status).toMatchObject({
      mode: 'live',
      ready: true,
      lanes: 1,
      config: { chainId: '31337', fees: { minPrice: '1' } },
      finality: { claimed: '0', final: '0' },
    })
    expect(await getJson(harness.url, '/v1/prices')).toMatchObject({
      prices: { coreByte: '0', witnessByte: '0' },
      shards: { length: 64, 0: { shard: 0, execution: '1', message: '1' } },
    })
    const block = await getJson(harness.url, '/v1/blocks/1')
    expect(block).toMatchObject({
      header: { number: '1', inboxCount: '1' },
      finality: 'sealed',
      runs: [{ shard: 3, inboxItems: 1, messages: 0 }],
    })
    const metrics = await (await fetch(`${harness.url}/metrics`)).text()
    for (const name of [
      'event_loop_lag_seconds_bucket',
      'journal_pending_bytes',
      'block_operations',
      'queued_entries',
      'acceptance_seconds',
      'refused_total',
    ])
      expect(metrics).toContain(`parley_sequencer_${name}`)
    expect(metrics).toMatch(/parley_journal_commit_seconds_count [1-9]/)
    expect(metrics).toMatch(/parley_sequencer_refused_total\{code="NONCE_MISMATCH"\} [1-9]/)
  })

  test('the state is that of the claims on the L2', async () => {
    const { header } = await getJson<{ header: { number: string } }>(harness.url, '/v1/blocks/1')
    expect(header.number).toBe('1')
    const response = await fetch(`${harness.url}/v1/blocks/1`, { headers: { accept: octets } })
    const { SealedBlockType } = await import('@parley/protocol')
    const sealed = SealedBlockType.deserialize(new Uint8Array(await response.arrayBuffer()))
    harness.l2.claim(sealed.block.header)
    harness.l2.finalize()
    await eventually(
      'final',
      async () => (await getJson<{ finality: string }>(harness.url, '/v1/blocks/1')).finality === 'final' || undefined,
    )
  })
})

describe('HTTP › random bytes never crash it and are never accepted', () => {
  const paths = ['/v1/messages', '/v1/operations', '/v1/dev/seal', '/v1/status']
  const types = [octets, json, 'text/plain', 'multipart/form-data; boundary=x', '*/*']
  const valid = () => [
    body([talk.signed('x', 0, 2n ** 63n)]),
    SignedOperationType.serialize(talk.create),
    Buffer.from(text(operationJson())),
  ]

  test('whatever the route and the content type', async () => {
    const before = await harness.execution.shardRoots()
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 111, maxLength: 111 }),
      fc.uint8Array({ minLength: 222, maxLength: 222 }),
      fc.json().map((value) => Buffer.from(value)),
      // Something valid with a byte changed.
      fc.record({ of: fc.nat(2), at: fc.nat(), to: fc.nat(255) }).map(({ of, at, to }) => {
        const bytes = Uint8Array.from(valid()[of] as Uint8Array)
        bytes[at % bytes.length] = to
        return bytes
      }),
    )
    const request = fc.record({ path: fc.constantFrom(...paths), type: fc.constantFrom(...types), payload: junk })
    await fc.assert(
      fc.asyncProperty(request, async ({ path, type, payload }) => {
        const response = await send(path, type, payload)
        expect(response.status).toBeLessThan(500)
        if (response.status !== 200) expect(await response.json()).toHaveProperty('code')
        else if (type === octets)
          for (const first of receiptStarts(new Uint8Array(await response.arrayBuffer())))
            expect(first).toBeGreaterThan(0)
        else expect(await response.text()).not.toContain('"accepted":true')
      }),
      { numRuns: 400, seed: 1 },
    )
    expect(await harness.execution.shardRoots()).toEqual(before)
    expect((await fetch(`${harness.url}/healthz`)).status).toBe(200)
  })
})

const receiptStarts = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 17 }, (_, i) => bytes[17 * i] as number)
