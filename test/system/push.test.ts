import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DrawnChain, type DrawnRun } from '@parley/feeds/testing'
import { BlockHeaderType, type BlockSource, type BlockView, millis, type SettlementPage } from '@parley/protocol'
import { createPushClient, type PushClient, type Registered } from '@parley/push/client'
import { type Relay, startRelay } from '@parley/relay'
import { firstOf, Pulse, systemClock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { RoleHere } from './support/role-here.ts'

/** A sequencer's blocks as far as a test seals them, and an L2 in which nothing happens. */
class Blocks implements BlockSource {
  private readonly chain = new DrawnChain()
  private readonly moved = new Pulse()

  seal(runs: readonly DrawnRun[]): void {
    this.chain.seal(runs)
    this.moved.beat()
  }

  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<BlockView> {
    for (let next = from; ; next += 1n) {
      while (next > this.chain.head) {
        if (signal.aborted) return
        await firstOf([this.moved.next()], signal).catch(() => undefined /* it is to end */)
      }
      yield this.chain.view(next)
    }
  }
}

async function* quiet(signal: AbortSignal): AsyncGenerator<SettlementPage> {
  yield {
    events: [],
    cursor: { blockNumber: 1n, blockHash: new Uint8Array(32) },
    time: millis(0n),
    caughtUp: true,
  }
  if (!signal.aborted) await once(signal, 'abort')
}

async function* silent(signal: AbortSignal): AsyncGenerator<never> {
  if (!signal.aborted) await once(signal, 'abort')
  yield* []
}

/** No bot: it confirms, and counts its wake-ups by path. */
class FakeBot {
  readonly wakes = new Map<string, number>()
  url = ''
  private readonly server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      const { kind, challenge = '' } = JSON.parse(body) as { kind: string; challenge?: string }
      const path = request.url as string
      if (kind === 'wake') this.wakes.set(path, 1 + (this.wakes.get(path) ?? 0))
      response.end(challenge)
    })
  })

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Waits until it was woken more often than before. */
  woken(path: string, times: number): Promise<unknown> {
    return eventually(`wake-up ${times} at ${path}`, async () => (this.wakes.get(path) ?? 0) >= times || undefined)
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

const says = (to: number): DrawnRun[] => [{ shard: 3, segments: [{ kind: 'messages', to: [to] }] }]

const blocks = new Blocks()
const bot = new FakeBot()
let directory: string
let relay: Relay
let role: RoleHere
let url: string
let client: PushClient

async function start(): Promise<void> {
  const args = ['push', '--port', '0', '--data', join(directory, 'push'), '--sequencer', relay.url, '--webhooks']
  role = new RoleHere(args, { PARLEY_PUSH_ALLOW_PRIVATE: 'true', PARLEY_PUSH_EVERY_MS: '100' })
  const ended = role.ended.then((code) => {
    throw new Error(`ended with ${code}:\n${role.lines.join('\n')}`)
  })
  ended.catch(() => undefined)
  const ready = eventually('the role', async () => {
    const line = role.lines.find((each) => each.startsWith('{"ready"'))
    return line === undefined ? undefined : (JSON.parse(line) as { ready: { url: string } }).ready
  })
  url = (await Promise.race([ready, ended])).url
  client = createPushClient({ url })
  await eventually('the feed', async () => (await fetch(`${url}/readyz`)).ok || undefined)
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-push-'))
  await bot.start()
  const store = new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  relay = await startRelay({
    source: () => blocks,
    // Nothing is told before it is sealed; the relay offers the level all the same.
    accepted: { records: silent },
    settlement: { follow: (_from, _confidence, signal) => quiet(signal) },
    genesis: BlockHeaderType.defaultValue(),
    store: store as unknown as BytesLevel,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    registry: new Registry(),
  })
  blocks.seal([{ shard: 3, segments: [{ kind: 'creation' }, { kind: 'creation' }] }])
  await start()
}, 360_000)
afterAll(async () => {
  await role?.stop()
  await relay?.stop()
  bot.stop()
  await rm(directory, { recursive: true, force: true })
})

const registered = (path: string, prefix: number): Registered => ({
  target: { kind: 'webhook', value: { url: bot.url + path, key: new Uint8Array(randomBytes(32)) } },
  buckets: [{ shard: 3, bits: 1, prefix }],
  expires: BigInt(Date.now() + 3_600_000),
})
const secretOf = (number: number): Uint8Array => new Uint8Array(32).fill(number)

describe('push', { timeout: 360_000 }, () => {
  test('push › who registered a bucket is woken for what happens in it, before and after a restart', async () => {
    expect(await client.about()).toMatchObject({ kinds: ['webhook'], everyMs: 100 })
    await client.register(secretOf(1), registered('/even', 0))
    await client.register(secretOf(2), registered('/odd', 1))
    blocks.seal(says(0))
    await bot.woken('/even', 1)
    expect(bot.wakes.get('/odd')).toBeUndefined()
    blocks.seal(says(1))
    await bot.woken('/odd', 1)
    expect(await role.stop()).toBe(0)
    await start()
    // Whatever happened meanwhile.
    await bot.woken('/even', 2)
    await client.end(secretOf(1))
    const before = bot.wakes.get('/even')
    blocks.seal(says(0))
    blocks.seal(says(1))
    await bot.woken('/odd', 3)
    expect(bot.wakes.get('/even')).toBe(before)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/parley_push_wakes_total\{kind="webhook",outcome="taken"\} [1-9]/)
    expect(metrics).toContain('parley_push_registrations 1')
  })

  test('push › what is not as it should be is refused by its code and field', async () => {
    const one = registered('/even', 0)
    const refusal = async (given: unknown, token = secretOf(9)): Promise<object> => {
      const name = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(secretOf(9)))).toString('hex')
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer 0x${Buffer.from(token).toString('hex')}`,
      }
      const answer = await fetch(`${url}/v1/registrations/0x${name}`, {
        method: 'PUT',
        headers,
        body: JSON.stringify(given),
      })
      const { code, field } = (await answer.json()) as { code: string; field?: string }
      return { status: answer.status, code, ...(field !== undefined && { field }) }
    }
    const json = (changed: object = {}) => ({
      target: { kind: 'webhook', value: { url: bot.url, key: `0x${'01'.repeat(32)}` } },
      buckets: one.buckets,
      expires: String(one.expires),
      ...changed,
    })
    expect(await refusal(json(), secretOf(8))).toEqual({ status: 401, code: 'UNAUTHORIZED' })
    expect(await refusal(json({ expires: '1' }))).toEqual({ status: 400, code: 'FIELD_INVALID', field: 'expires' })
    expect(await refusal(json({ buckets: [{ shard: 3, bits: 1, prefix: 2 }] }))).toMatchObject({
      field: 'buckets[0].prefix',
    })
    expect(await refusal(json({ buckets: [{ shard: 64, bits: 1, prefix: 0 }] }))).toMatchObject({
      field: 'buckets[0].shard',
    })
    expect(await refusal(json({ buckets: Array(257).fill(one.buckets[0]) }))).toMatchObject({ field: 'buckets' })
    expect(await refusal(json({ target: { kind: 'fcm', value: { token: 't' } } }))).toMatchObject({
      status: 501,
      code: 'TARGET_UNSUPPORTED',
    })
    const at = (webhook: string) =>
      json({ target: { kind: 'webhook', value: { url: webhook, key: `0x${'01'.repeat(32)}` } } })
    expect(await refusal(at('ftp://x.example/'))).toEqual({ status: 400, code: 'TARGET_INVALID', field: 'url' })
    expect(await refusal(at('http://127.0.0.1:9/'))).toMatchObject({ status: 422, code: 'TARGET_UNCONFIRMED' })
  })

  test('push › one address has its share of registrations', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 34 }, (_, i) => client.register(secretOf(100 + i), registered(`/${i}`, 0))),
    )
    const refused = all.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused)
      expect(reason).toMatchObject({ fault: { code: 'PUSH_REFUSED', status: 507, refusal: 'REGISTRATIONS_FULL' } })
  })
})

test('document › is docs/api/push.json', async () => {
  const document: unknown = await (await fetch(`${url}/openapi.json`)).json()
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/push.json')
})
