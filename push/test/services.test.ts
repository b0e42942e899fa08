import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { ManualClock } from '@parley/runtime/testing'
import { importSPKI, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  apnsService,
  fcmService,
  Outgoing,
  readFcmAccount,
  vapidPublicKey,
  webhookService,
  webPushService,
} from '../src/index.ts'
import { signatureOf } from '../src/targets/webhook.ts'
import { FakeApns } from './support/fake-apns.ts'
import { FakePushService } from './support/fake-push-service.ts'

const { signal } = new AbortController()
const pem = { type: 'pkcs8', format: 'pem' } as const
const publicPem = { type: 'spki', format: 'pem' } as const

let clock: ManualClock
let fake: FakePushService
let outgoing: Outgoing
beforeEach(async () => {
  // Tokens are signed by the machine's time, and checked by it.
  clock = new ManualClock(Date.now())
  fake = await FakePushService.start()
  outgoing = new Outgoing(clock, { allowPrivate: true, timeoutMs: 60_000 })
})
afterEach(async () => {
  outgoing.close()
  await fake[Symbol.asyncDispose]()
})

describe('Web Push', () => {
  const vapidKey = new Uint8Array(32).fill(7)
  const service = (more: object = {}) =>
    webPushService(outgoing, {
      vapidKey,
      contact: 'mailto:a@b.example',
      hosts: ['127.0.0.1'],
      keepSeconds: 90,
      ...more,
    })

  test('Web Push › is sent nothing but that there is something, by the key that subscriptions name', async () => {
    const endpoint = `${fake.url}/send/abc`
    expect(await service().wake({ endpoint }, signal)).toEqual({ kind: 'taken' })
    const [{ method, path, headers, body }] = fake.received as [(typeof fake.received)[0]]
    expect({ method, path, body }).toEqual({ method: 'POST', path: '/send/abc', body: '' })
    expect(headers).toMatchObject({ ttl: '90', topic: 'wake', urgency: 'high', 'content-length': '0' })
    expect(headers).not.toHaveProperty('content-encoding')
    const [, token, key] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization as string) as RegExpExecArray
    const point = Buffer.from(key as string, 'base64url')
    expect(new Uint8Array(point)).toEqual(vapidPublicKey(vapidKey))
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    }
    const { payload } = await jwtVerify(token as string, jwk)
    expect(payload).toMatchObject({ aud: fake.url, sub: 'mailto:a@b.example' })
  })

  test.each([
    [404, {}, { kind: 'gone' }],
    [410, {}, { kind: 'gone' }],
    [429, { 'retry-after': '7' }, { kind: 'later', reason: 'status 429', afterMs: 7_000 }],
    [503, {}, { kind: 'later', reason: 'status 503', afterMs: undefined }],
    [400, {}, { kind: 'refused', reason: 'status 400' }],
    [307, { location: 'http://127.0.0.1:9/' }, { kind: 'refused', reason: 'status 307' }],
  ])('Web Push › status %d says what became of it', async (status, headers, outcome) => {
    fake.answer = () => ({ status, headers })
    expect(await service().wake({ endpoint: fake.url }, signal)).toEqual(outcome)
  })

  test('Web Push › other hosts than those of push services are refused, and so is a key that is none', () => {
    const { check } = service({ hosts: ['push.example', '*.below.example'] })
    for (const host of ['push.example', 'a.below.example']) check({ endpoint: `https://${host}/x` })
    for (const host of ['below.example', 'xpush.example', 'push.example.org', '127.0.0.1'])
      expect(() => check({ endpoint: `https://${host}/x` })).toThrow(
        expect.objectContaining({
          fault: { code: 'TARGET_INVALID', field: 'endpoint', expected: 'a URL at push.example or *.below.example' },
        }),
      )
    expect(() => vapidPublicKey(new Uint8Array(32))).toThrow(/P-256/)
  })
})

describe('webhook', () => {
  const key = new Uint8Array(randomBytes(32))
  const target = () => ({ url: `${fake.url}/bot`, key })

  test('webhook › is asked first, and then told that there is something, each signed by its key', async () => {
    fake.answer = ({ body }) => ({ status: 200, body: (JSON.parse(body) as { challenge?: string }).challenge ?? '' })
    const service = webhookService(outgoing, clock)
    await service.confirm?.(target(), signal)
    clock.advance(5)
    expect(await service.wake(target(), signal)).toEqual({ kind: 'taken' })
    const [confirm, wake] = fake.received as [(typeof fake.received)[0], (typeof fake.received)[0]]
    expect(confirm.body).toMatch(/^{"kind":"confirm","challenge":"0x[0-9a-f]{64}"}$/)
    expect(wake.body).toBe('{"kind":"wake"}')
    for (const { headers, body } of [confirm, wake])
      expect(headers['parley-signature']).toBe(`sha256=${signatureOf(key, headers['parley-time'] as string, body)}`)
    expect(Number(wake.headers['parley-time'])).toBe(clock.now())
  })

  test.each([
    ['says something else', 200, () => '0x00'],
    ['answers by another status', 202, (challenge: string) => challenge],
  ])('webhook › one that %s is not taken', async (_, status, told) => {
    fake.answer = ({ body }) => ({ status, body: told((JSON.parse(body) as { challenge: string }).challenge) })
    await expect(webhookService(outgoing, clock).confirm?.(target(), signal)).rejects.toMatchObject({
      fault: { code: 'TARGET_UNCONFIRMED' },
    })
  })

  test('webhook › one that nobody answers for is not taken', async () => {
    const nowhere = { url: 'http://127.0.0.1:9/', key }
    const asked = webhookService(outgoing, clock).confirm?.(nowhere, signal)
    await expect(asked).rejects.toMatchObject({ fault: { code: 'TARGET_UNCONFIRMED', reason: 'it does not answer' } })
  })
})

describe('APNs', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const token = 'ab'.repeat(32)
  const options = (url: string) => ({
    url,
    key: pair.privateKey.export(pem) as string,
    keyId: 'KEY',
    teamId: 'TEAM',
    topic: 'org.example.app',
    keepSeconds: 60,
    timeoutMs: 60_000,
  })

  test('APNs › a fake is sent background notifications without content, over one connection', async () => {
    await using apns = await FakeApns.start()
    const service = await apnsService(clock, options(apns.url))
    for (let i = 0; i < 3; i += 1) expect(await service.wake({ token }, signal)).toEqual({ kind: 'taken' })
    service.close?.()
    expect(apns.connections).toBe(1)
    const [{ headers, body }] = apns.received as [(typeof apns.received)[0]]
    expect(body).toBe('{"aps":{"content-available":1}}')
    expect(headers).toMatchObject({
      ':path': `/3/device/${token}`,
      'apns-topic': 'org.example.app',
      'apns-push-type': 'background',
      'apns-priority': '5',
      'apns-collapse-id': 'wake',
      'apns-expiration': String(Math.floor(clock.now() / 1_000) + 60),
    })
    const jwt = (headers.authorization as string).replace('bearer ', '')
    const { payload, protectedHeader } = await jwtVerify(
      jwt,
      await importSPKI(pair.publicKey.export(publicPem) as string, 'ES256'),
    )
    expect({ ...payload, ...protectedHeader }).toMatchObject({ iss: 'TEAM', kid: 'KEY', alg: 'ES256' })
    // One token for all: Apple refuses whoever makes them often.
    expect(new Set(apns.received.map(({ headers: each }) => each.authorization)).size).toBe(1)
  })

  test.each([
    [410, 'Unregistered', { kind: 'gone' }],
    [400, 'BadDeviceToken', { kind: 'gone' }],
    [400, 'BadTopic', { kind: 'refused', reason: 'status 400' }],
    [503, undefined, { kind: 'later', reason: 'status 503', afterMs: undefined }],
  ])('APNs › %d %s of a fake says what became of it', async (status, reason, outcome) => {
    await using apns = await FakeApns.start()
    apns.answer = () => ({ status, ...(reason !== undefined && { reason }) })
    const service = await apnsService(clock, options(apns.url))
    expect(await service.wake({ token }, signal)).toEqual(outcome)
    service.close?.()
  })

  test('APNs › what is no token, and a key that is none, are refused', async () => {
    const service = await apnsService(clock, options('http://127.0.0.1:9'))
    for (const wrong of ['', 'xy'.repeat(32), 'ab', `${token}/../x`])
      expect(() => service.check({ token: wrong })).toThrow(/cannot be woken/)
    await expect(apnsService(clock, { ...options(''), key: 'none' })).rejects.toMatchObject({
      fault: { code: 'PUSH_KEY_INVALID', service: 'apns' },
    })
  })
})

describe('FCM', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const account = () => ({
    projectId: 'p1',
    clientEmail: 'push@p1.example',
    privateKey: pair.privateKey.export(pem) as string,
    tokenUri: `${fake.url}/token`,
  })
  const start = () => fcmService(clock, outgoing, { url: fake.url, account: account(), keepSeconds: 60 })
  const sent = () => fake.received.filter(({ path }) => path !== '/token')
  const answering = (status: number) => {
    fake.answer = ({ path }) =>
      path === '/token' ? { status: 200, body: '{"access_token":"T","expires_in":3600}' } : { status, body: '{}' }
  }

  test('FCM › a fake is sent data without content, with one token for an hour', async () => {
    answering(200)
    const service = await start()
    for (let i = 0; i < 2; i += 1) expect(await service.wake({ token: 'device' }, signal)).toEqual({ kind: 'taken' })
    expect(fake.received).toHaveLength(3)
    const form = new URLSearchParams(fake.received[0]?.body)
    const key = await importSPKI(pair.publicKey.export(publicPem) as string, 'RS256')
    const { payload } = await jwtVerify(form.get('assertion') as string, key)
    expect(payload).toMatchObject({ iss: 'push@p1.example', aud: `${fake.url}/token` })
    const [{ path, headers, body }] = sent() as [(typeof fake.received)[0]]
    expect([path, headers.authorization]).toEqual(['/v1/projects/p1/messages:send', 'Bearer T'])
    expect(JSON.parse(body)).toEqual({
      message: {
        token: 'device',
        data: { kind: 'wake' },
        android: { collapse_key: 'wake', priority: 'HIGH', ttl: '60s' },
      },
    })
    clock.advance(3_600_000)
    await service.wake({ token: 'device' }, signal)
    expect(fake.received.filter(({ path: each }) => each === '/token')).toHaveLength(2)
  })

  test.each([
    [404, { kind: 'gone' }],
    [400, { kind: 'refused', reason: 'status 400' }],
    [401, { kind: 'later', reason: 'status 401' }],
  ])('FCM › %d of a fake says what became of it', async (status, outcome) => {
    answering(status)
    expect(await (await start()).wake({ token: 'device' }, signal)).toEqual(outcome)
  })

  test('FCM › a file without a field, and a key that is none, are refused', async () => {
    expect(() => readFcmAccount('{"project_id":"p"}')).toThrow(/client_email is missing/)
    expect(() => readFcmAccount('no')).toThrow(/no JSON/)
    const wrong = { url: fake.url, account: { ...account(), privateKey: 'none' }, keepSeconds: 60 }
    await expect(fcmService(clock, outgoing, wrong)).rejects.toMatchObject({ fault: { service: 'fcm' } })
  })
})
