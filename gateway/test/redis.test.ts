import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisWindows, type Windows } from '../src/index.ts'
import { chargesOf, WindowsAway } from '../src/windows/windows.ts'
import { hasRedis, startRedis, type TestRedis } from './support/redis.ts'

const { signal } = new AbortController()
const units = { second: 10, minute: 15, day: 20 }
const installed = hasRedis()
if (!installed)
  console.warn(
    'SKIPPED: windows that instances share, for redis-server is not installed (apt-get install redis-server)',
  )

describe.skipIf(!installed)('windows in Redis', () => {
  let redis: TestRedis
  const clients: { close(): void }[] = []
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await redis.stop()
  })
  /** As an instance of a gateway has them. */
  const instance = (): Windows => {
    const client = redis.client()
    clients.push(client)
    return redisWindows(client)
  }

  test('two instances count together, all or nothing', async () => {
    const [one, other] = [instance(), instance()]
    const take = (windows: Windows, cost: number) => windows.take(chargesOf('a', units, cost), signal)
    expect(await take(one, 8)).toBeUndefined()
    for (let i = 0; i < 5; i += 1) expect(await take(other, 8)).toBeDefined()
    // Nothing of what was refused was counted: seven are left in the minute.
    expect(await other.take(chargesOf('a', { ...units, second: 1_000 }, 7), signal)).toBeUndefined()
    const lack = await one.take(chargesOf('a', { ...units, second: 1_000 }, 4), signal)
    expect(lack).toMatchObject({ charge: { window: { name: 'minute' } } })
    expect(lack!.retryAfterMs).toBeGreaterThan(0)
    expect(lack!.retryAfterMs).toBeLessThanOrEqual(16_000)
  })

  test('many at once take no more than there is', async () => {
    const instances = Array.from({ length: 4 }, instance)
    const day = { second: 30, minute: 30, day: 30 }
    const taken = await Promise.all(
      Array.from({ length: 100 }, (_, i) => instances[i % 4]!.take(chargesOf('many', day, 1), signal)),
    )
    const count = taken.filter((lack) => lack === undefined).length
    // A second of thirty gives one back every 33 ms while the hundred are asked; a day of thirty gives none.
    expect(count).toBe(30)
  })

  test('what is given back may be taken by the other', async () => {
    const [one, other] = [instance(), instance()]
    const all = chargesOf('given', units, 10)
    expect(await one.take(all, signal)).toBeUndefined()
    await other.give(all, signal)
    expect(await other.take(all, signal)).toBeUndefined()
    expect(await one.take(all, signal)).toBeDefined()
  })

  test('a window without units lets nothing pass', async () => {
    const shut = { second: 0, minute: 0, day: 0 }
    expect(await instance().take(chargesOf('shut', shut, 1), signal)).toMatchObject({ charge: { of: 'shut' } })
    expect(await instance().take(chargesOf('shut', shut, 0), signal)).toBeUndefined()
  })

  test('when Redis is away nobody counts, and that is said', async () => {
    const client = redis.client()
    client.close()
    await expect(redisWindows(client).take(chargesOf('b', units, 1), signal)).rejects.toBeInstanceOf(WindowsAway)
    const silent = { eval: () => new Promise<never>(() => undefined) }
    const waiting = redisWindows(silent, { timeoutMs: 10 }).take(chargesOf('b', units, 1), signal)
    await expect(waiting).rejects.toBeInstanceOf(WindowsAway)
  })
})
