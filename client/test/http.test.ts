import { inspect } from 'node:util'
import { CodedError, MessageReceiptType, type SignedMessage } from '@parley/protocol'
import { SkippingClock } from '@parley/runtime/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientError, createSequencerClient } from '../src/index.ts'
import { digestOf } from './support/blocks.ts'
import { TestServer } from './support/server.ts'

let server: TestServer
let clock: SkippingClock
beforeEach(async () => {
  server = await TestServer.start()
  clock = new SkippingClock()
})
afterEach(() => server.close())

const message: SignedMessage = {
  shard: 3,
  conversation: 7,
  member: 1,
  nonce: 9n,
  content: digestOf('content'),
  signature: new Uint8Array([...digestOf('r'), ...digestOf('s')]),
}
const receipt = (refusal: number, block: bigint, value: bigint) =>
  MessageReceiptType.serialize({ refusal, block, value })
/** Draws a quarter of what may be drawn. */
const random = () => 0.25
const client = (options = {}) => createSequencerClient({ url: server.url, clock, random }, options)

async function faultOf(promise: Promise<unknown>): Promise<ClientError['fault']> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof CodedError)) throw new Error(`no coded fault: ${String(error)}`)
  return (error as ClientError).fault
}

describe('sequencer client', () => {
  test('messages › go out as 111 bytes each and come back as receipts in order', async () => {
    server.answer = () => ({ body: Buffer.concat([receipt(0, 5n, 41n), receipt(6, 0n, 12n)]) })
    const receipts = await client().submitMessages([message, { ...message, nonce: 2n }])
    expect(receipts).toEqual([
      { accepted: true, block: 5n, position: 41n },
      { accepted: false, refusal: 'NONCE_MISMATCH', expected: 12n },
    ])
    const [request] = server.received
    expect([request?.method, request?.url, request?.body.length]).toEqual(['POST', '/v1/messages', 222])
    expect(request?.headers['content-type']).toBe('application/octet-stream')
    // shard ‖ conversation ‖ member ‖ nonce, little-endian as SSZ has it.
    expect(request?.body.subarray(0, 15).toString('hex')).toBe('03070000000100' + '0900000000000000')
  })

  test('messages › none, or more than a request takes, are refused here', async () => {
    expect(await faultOf(client().submitMessages([]))).toMatchObject({ code: 'ARGUMENT_OUT_OF_RANGE', maximum: 4096 })
    expect(await faultOf(client().submitMessages(new Uint8Array(112)))).toMatchObject({ code: 'ARGUMENT_OUT_OF_RANGE' })
    const shard64 = { ...message, shard: 64 }
    expect(await faultOf(client().submitMessages([shard64]))).toMatchObject({ field: 'shard', maximum: 63 })
    expect(server.received).toEqual([])
  })

  test('receipts › of another number than sent, or with an unknown refusal, are not believed', async () => {
    server.answer = () => ({ body: receipt(0, 1n, 1n).subarray(1) })
    expect((await faultOf(client().submitMessages([message]))).code).toBe('ANSWER_INVALID')
    server.answer = () => ({ body: receipt(200, 1n, 1n) })
    expect(await faultOf(client().submitMessages([message]))).toMatchObject({ reason: 'unknown refusal 200' })
  })

  test('429 › is obeyed and the same bytes are sent again', async () => {
    let left = 2
    server.answer = () =>
      left-- > 0 ? { status: 429, headers: { 'retry-after': '3' }, body: {} } : { body: receipt(0, 1n, 0n) }
    expect(await client().submitMessages([message])).toHaveLength(1)
    expect(clock.waits).toEqual([3025, 3050])
    expect(new Set(server.received.map(({ body }) => body.toString('hex'))).size).toBe(1)
  })

  test('429 › with a date is obeyed too', async () => {
    let left = 1
    const date = new Date(clock.now() + 7000).toUTCString()
    server.answer = () =>
      left-- > 0 ? { status: 429, headers: { 'retry-after': date } } : { body: receipt(0, 1n, 0n) }
    await client().submitMessages([message])
    expect(clock.waits).toEqual([7025])
  })

  test('429 › that does not end, or asks for too long a wait, is told as busy', async () => {
    server.answer = () => ({ status: 429, headers: { 'retry-after': '1' } })
    expect(await faultOf(client({ maxAttempts: 3 }).submitMessages([message]))).toMatchObject({
      code: 'SERVER_BUSY',
      attempts: 3,
      retryAfterMs: 1100,
    })
    server.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } })
    expect(await faultOf(client().submitMessages([message]))).toMatchObject({ attempts: 1, retryAfterMs: 3_600_025 })
  })

  test('unanswered › what was posted is not sent twice', async () => {
    server.answer = () => ({ drop: true })
    expect((await faultOf(client().submitMessages([message]))).code).toBe('OUTCOME_UNKNOWN')
    for (const [status, code] of [
      [503, 'STOPPING'],
      [408, 'REQUEST_TIMEOUT'],
    ] as const) {
      server.answer = () => ({ status, body: { code, message: '' } })
      expect((await faultOf(client().submitMessages([message]))).code).toBe('OUTCOME_UNKNOWN')
    }
    server.answer = () => ({ hang: true })
    expect(await faultOf(client({ timeoutMs: 50 }).submitMessages([message]))).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      reason: 'no answer within 50 ms',
    })
    expect(server.received).toHaveLength(4)
  })

  test('unanswered › readings are asked again with growing waits, spread by chance', async () => {
    let left = 3
    server.answer = () => (left-- > 0 ? { drop: true } : { status: 404 })
    expect(await client().account(1, 0)).toBeUndefined()
    expect(clock.waits).toEqual([25, 50, 100])
    server.answer = () => ({ hang: true })
    expect(await faultOf(client({ timeoutMs: 30, maxAttempts: 2 }).status())).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      timeoutMs: 30,
    })
  })

  test('unreachable › a refused connection took nothing, so posting is tried again too', async () => {
    const { url } = server
    await server.close()
    expect((await faultOf(client({ maxAttempts: 3 }).submitMessages([message]))).code).toBe('SERVER_UNREACHABLE')
    expect(clock.waits).toEqual([25, 50])
    server = await TestServer.start(Number(new URL(url).port))
  })

  test('abort › ends a request and a wait with the signal’s reason', async () => {
    server.answer = () => ({ hang: true })
    const controller = new AbortController()
    const asked = client().status(controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(asked).rejects.toBe(reason)
  })

  test('refusal › the server’s coded fault is given on', async () => {
    server.answer = () => ({ status: 413, body: { code: 'BODY_SIZE', message: 'too long', maximum: 5 } })
    expect(await faultOf(client().submitMessages([message]))).toMatchObject({
      code: 'REQUEST_REFUSED',
      status: 413,
      fault: { code: 'BODY_SIZE', maximum: 5 },
    })
    server.answer = () => ({ status: 500, headers: { 'content-type': 'text/html' }, body: '<p>' })
    expect(await faultOf(client().prices())).toMatchObject({ fault: { code: 'UNKNOWN' } })
  })

  test('a server that cannot do its job for now › is away, and the request is not at fault', async () => {
    const body = { code: 'NOT_READY', message: 'it waits for the L2', because: 'the L2', retryAfterMs: 1 }
    server.answer = () => ({ status: 503, body })
    expect(await faultOf(client({ maxAttempts: 2 }).status())).toMatchObject({
      code: 'SERVER_UNREACHABLE',
      reason: 'status 503: it waits for the L2',
    })
  })

  test('answers › larger than allowed or not of their type are refused', async () => {
    server.answer = () => ({ body: Buffer.alloc(5000) })
    expect(await faultOf(client({ maxAnswerBytes: 1000 }).conversation(1, 0))).toMatchObject({
      code: 'ANSWER_TOO_LARGE',
      maxBytes: 1000,
    })
    server.answer = () => ({ body: Buffer.from([1, 2, 3]) })
    expect((await faultOf(client().conversation(1, 0))).code).toBe('ANSWER_INVALID')
    server.answer = () => ({ body: 'not json' })
    expect((await faultOf(client().status())).code).toBe('ANSWER_INVALID')
    server.answer = () => ({ status: 404 })
    expect(await client().account(1, 0)).toBeUndefined()
  })

  test('operations › a refusal is an answer', async () => {
    const operation = {
      operation: { selector: 4 as const, value: { shard: 1, account: 2, nonce: 3n, amount: 4n } },
      signatures: [message.signature],
    }
    server.answer = () => ({ status: 422, body: receipt(10, 0n, 7n) })
    expect(await client().submitOperation(operation)).toEqual({
      accepted: false,
      refusal: 'BALANCE_TOO_LOW',
      expected: 7n,
    })
    server.answer = () => ({ body: receipt(0, 2n, 0n) })
    expect(await client().submitOperation(operation)).toEqual({ accepted: true, block: 2n, position: 0n })
  })
})

test('credentials, path and query of the URL › are sent, and no fault tells them', async () => {
  const url = `${server.url.replace('//', '//user:hunter22@')}/KEYKEYKEY/?apikey=TOKEN`
  server.answer = () => ({ status: 418, body: { code: 'TEAPOT', message: '' } })
  const failed = await createSequencerClient({ url })
    .status()
    .catch((error: Error) => error)
  const received = server.received.at(-1)
  expect(received?.url).toBe('/KEYKEYKEY/v1/status?apikey=TOKEN')
  expect(received?.headers.authorization).toBe(`Basic ${btoa('user:hunter22')}`)
  expect((failed as Error).message).toMatch(/REQUEST_REFUSED/)
  expect(inspect(failed, { depth: 10 })).not.toMatch(/hunter22|KEYKEYKEY|TOKEN/)
})

test('a server that is not there › is told without the keys of its URL', async () => {
  const url = 'http://user:hunter22@nowhere.invalid/KEYKEYKEY'
  const failed = await createSequencerClient({ url }, { maxAttempts: 1 })
    .status()
    .catch((error: Error) => error)
  expect((failed as Error).message).toMatch(/SERVER_UNREACHABLE.*does not resolve/)
  expect(inspect(failed, { depth: 10 })).not.toMatch(/hunter22|KEYKEYKEY/)
})

test('a URL that is none › is ARGUMENT_INVALID and not repeated', () => {
  expect(() => createSequencerClient({ url: 'hunter22' })).toThrow(/^ARGUMENT_INVALID(?!.*hunter22)/)
})
