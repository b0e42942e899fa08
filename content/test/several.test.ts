import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { millis } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { contentDigest, httpContents, type NamedContents, severalContents } from '../src/index.ts'
import { newReader } from './support/ack.ts'
import { memoryStore, servedStore } from './support/store.ts'

const { signal } = new AbortController()
const given = new Uint8Array(randomBytes(512))
const digest = contentDigest(given)
const application = { class: 'application', acks: [] } as const

/** A store that does as it is told, and counts how often it was asked. */
function fake(name: string, answers: Partial<NamedContents> = {}) {
  const store = {
    name,
    asked: 0,
    put: async () => ({ retainUntil: millis(1n) }),
    get: async () => given,
    has: async () => true,
    ack: async () => undefined,
    ...answers,
  }
  const get = store.get as NamedContents['get']
  store.get = (async (...args: Parameters<NamedContents['get']>) => {
    store.asked += 1
    return get(...args)
  }) as never
  return store as NamedContents & { asked: number }
}

const refusing = (name: string) => fake(name, { get: () => Promise.reject(new Error(`${name} is away`)) })
const never = (name: string) =>
  fake(name, {
    get: (_, inner) => new Promise((_, reject) => inner.addEventListener('abort', () => reject(inner.reason))),
  })

test('the first store that has it is enough, and the next is not asked', async () => {
  const [a, b] = [fake('a'), fake('b')]
  expect(await severalContents([a, b], systemClock).get(digest, signal)).toEqual(given)
  expect([a.asked, b.asked]).toEqual([1, 0])
})

test('a store that lies, one that is away, one that hangs and one that has nothing are passed over', async () => {
  const liar = fake('liar', { get: async () => new Uint8Array(512) })
  const empty = fake('empty', { get: async () => undefined })
  const all = severalContents([liar, refusing('away'), never('slow'), empty, fake('good')], systemClock, {
    nextAfterMs: 10,
  })
  expect(await all.get(digest, signal)).toEqual(given)
})

test('a wrong content is never returned, and who gave it is named', async () => {
  const liar = fake('liar', { get: async () => new Uint8Array(512) })
  const failed = severalContents([liar], systemClock).get(digest, signal)
  await expect(failed).rejects.toMatchObject({
    fault: { code: 'CONTENT_UNAVAILABLE', stores: [expect.stringContaining('liar')] },
  })
})

test('nothing is nothing only if somebody says so', async () => {
  const empty = fake('empty', { get: async () => undefined })
  expect(await severalContents([refusing('away'), empty], systemClock).get(digest, signal)).toBeUndefined()
  await expect(severalContents([refusing('away')], systemClock).get(digest, signal)).rejects.toThrow('away is away')
  await expect(severalContents([], systemClock).get(digest, signal)).rejects.toThrow('CONTENT_UNAVAILABLE')
})

test('a store that fails again and again is left out', async () => {
  const [away, good] = [refusing('away'), fake('good')]
  const all = severalContents([away, good], systemClock)
  for (let i = 0; i < 8; i += 1) expect(await all.get(digest, signal)).toEqual(given)
  expect(away.asked).toBe(5)
  expect(good.asked).toBe(8)
})

test('one that refuses to acknowledge what it never had is not left out', async () => {
  const { store } = await memoryStore()
  const honest: NamedContents = {
    name: 'honest',
    put: (...args) => store.put(...args),
    get: (...args) => store.get(...args),
    has: (each) => store.has(each),
    ack: (...args) => store.ack(...args),
  }
  const all = severalContents([honest, fake('other')], systemClock)
  const reader = newReader()
  for (let i = 0; i < 8; i += 1) await all.ack(digest, reader.ackKey, reader.sign(digest), signal)
  await store.put(given, application, signal)
  const asked = vi.spyOn(store, 'get')
  expect(await all.get(digest, signal)).toEqual(given)
  expect(asked).toHaveBeenCalledOnce()
})

test('a content goes to two stores, and to the next when one does not take it', async () => {
  const taken: string[] = []
  const taking = (name: string, until: bigint) =>
    fake(name, {
      put: async () => {
        taken.push(name)
        return { retainUntil: millis(until) }
      },
    })
  const full = fake('full', { put: () => Promise.reject(new Error('full is full')) })
  const all = severalContents([taking('a', 5n), full, taking('b', 7n), taking('c', 9n)], systemClock)
  expect(await all.put(given, application, signal)).toEqual({ retainUntil: 7n })
  expect(taken).toEqual(['a', 'b'])
  await expect(severalContents([full], systemClock).put(given, application, signal)).rejects.toThrow('CONTENT_NOT_KEPT')
})

test('whoever gives up is told so at once', async () => {
  const over = new AbortController()
  const asking = severalContents([never('slow')], systemClock).get(digest, over.signal)
  over.abort(new Error('enough'))
  await expect(asking).rejects.toThrow('enough')
})

test('a store that does not answer fails after its time', async () => {
  const all = severalContents([never('slow'), fake('good')], systemClock, { nextAfterMs: 100_000, giveUpMs: 10 })
  expect(await all.get(digest, signal)).toEqual(given)
})

/** A server of somebody else. */
async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('over HTTP › what another gateway says is judged by its bytes', async () => {
  const answers: [RequestListener, string | undefined][] = [
    [(_, answer) => answer.writeHead(404).end('no'), undefined],
    [(_, answer) => answer.writeHead(410).end('gone'), undefined],
    [(_, answer) => answer.end('something else'), 'STORE_LIED'],
    [(_, answer) => answer.end(Buffer.alloc(1_048_577)), 'STORE_UNAVAILABLE'],
    [(_, answer) => answer.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'STORE_UNAVAILABLE'],
    [(_, answer) => answer.writeHead(500).end('oh'), 'STORE_REFUSED'],
    [({ socket }) => socket.destroy(), 'STORE_UNAVAILABLE'],
  ]
  for (const [listener, code] of answers) {
    const asking = httpContents({ url: await serverOf(listener) }).get(digest, signal)
    if (code === undefined) expect(await asking).toBeUndefined()
    else await expect(asking).rejects.toMatchObject({ fault: { code } })
  }
})

test('over HTTP › a put counts only if the store says what it keeps', async () => {
  const answers: RequestListener[] = [
    (_, answer) => answer.end('yes'),
    (_, answer) => answer.end(JSON.stringify({ digest: `0x${'00'.repeat(32)}`, retainUntil: '1' })),
    (_, answer) => answer.end(JSON.stringify({ digest: `0x${Buffer.from(digest).toString('hex')}`, retainUntil: -1 })),
  ]
  for (const listener of answers) {
    const putting = httpContents({ url: await serverOf(listener) }).put(given, application, signal)
    await expect(putting).rejects.toMatchObject({ fault: { code: 'STORE_UNAVAILABLE' } })
  }
})

test('over HTTP › two stores, of which one withholds', async () => {
  const [withholding, serving] = [await servedStore(), await servedStore()]
  const all = severalContents(
    [withholding, serving].map(({ url }) => httpContents({ url })),
    systemClock,
  )
  await all.put(given, application, signal)
  vi.spyOn(withholding.store, 'get').mockResolvedValue(undefined)
  expect(await all.get(digest, signal)).toEqual(given)
  expect(await all.has(digest, signal)).toBe(true)
})
