import { ContentError, contentDigest, type NamedContents } from '@parley/content'
import { Pulse } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { MemoryContents } from '../../src/memory/memory-contents.ts'
import { MemoryStore } from '../../src/memory/memory-store.ts'
import type { Evidence } from '../../src/providers/provider.ts'
import { Providers } from '../../src/providers/providers.ts'
import { Stores } from '../../src/providers/stores.ts'
import { ManualClock as MessagingClock } from '../simulation/clock.ts'

const { signal } = new AbortController()
const frame = (n: number): Uint8Array => new Uint8Array(8).fill(n)

/** Named stores of one test, and what was reported of them. */
function some(...names: string[]) {
  const made = new Map(names.map((name) => [name, new MemoryContents()]))
  const asked: string[] = []
  const named = names.map((name) => {
    const inner = made.get(name) as MemoryContents
    return {
      name,
      put: (content: Uint8Array) => inner.put(content),
      get: async (digest: Uint8Array): Promise<Uint8Array | undefined> => {
        asked.push(name)
        return inner.get(digest)
      },
      has: (digest: Uint8Array) => inner.has(digest),
      ack: () => inner.ack(),
    }
  })
  const reports: (Evidence & { store: string })[] = []
  const report = (store: string, evidence: Evidence): void => void reports.push({ store, ...evidence })
  const stores = new Stores(named satisfies NamedContents[], { clock: new ManualClock(), report })
  return { stores, named, reports, asked, of: (name: string) => made.get(name) as MemoryContents }
}

const waiting = { class: 'application', acks: [new Uint8Array(32)] } as const
const lasting = { class: 'attachment', acks: [] } as const

test('stores › a content goes to two, and one that has nothing is passed over', async () => {
  const { stores, of } = some('a', 'b', 'c')
  await stores.put(frame(1), waiting, signal)
  expect(['a', 'b', 'c'].map((name) => of(name).frames.size)).toEqual([1, 1, 0])
  of('a').frames.clear()
  expect(await stores.get(contentDigest(frame(1)), signal)).toEqual(frame(1))
})

test('withheld › one that has nothing of three that others have is reported, with what it lacked; one or two say nothing', async () => {
  const { stores, of, reports } = some('a', 'b')
  for (const n of [1, 2, 3]) await of('b').put(frame(n))
  for (const n of [1, 2]) await stores.get(contentDigest(frame(n)), signal)
  expect(reports).toEqual([])
  await stores.get(contentDigest(frame(3)), signal)
  expect(reports).toMatchObject([
    { store: 'a', reason: 'lacks', digests: [1, 2, 3].map((n) => contentDigest(frame(n))) },
  ])
})

test('withheld › one that lacks what nobody has, or little of much, is not reported', async () => {
  const { stores, of, reports } = some('a', 'b')
  for (let n = 0; n < 5; n += 1) await stores.get(contentDigest(frame(100 + n)), signal)
  for (let n = 1; n < 13; n += 1) {
    await of('b').put(frame(n))
    if (n % 3 !== 0) await of('a').put(frame(n))
    await stores.get(contentDigest(frame(n)), signal)
  }
  expect(reports).toEqual([])
})

test('withheld › one that took what nobody acknowledges and has nothing is reported at once, and what all may have read is no evidence', async () => {
  const { stores, of, reports } = some('a', 'b')
  await stores.put(frame(1), lasting, signal)
  await stores.put(frame(2), waiting, signal)
  for (const name of ['a', 'b']) of(name).frames.clear()
  await stores.get(contentDigest(frame(2)), signal)
  expect(reports).toEqual([])
  await stores.get(contentDigest(frame(1)), signal)
  expect(reports.map(({ store, reason }) => [store, reason])).toEqual([
    ['a', 'promised'],
    ['b', 'promised'],
  ])
})

test('withheld › an audit finds it without anybody who reads', async () => {
  const { stores, of, reports } = some('a', 'b')
  await stores.put(frame(1), lasting, signal)
  await stores.audit(() => 0, signal)
  expect(reports).toEqual([])
  of('b').frames.clear()
  await stores.audit(() => 0, signal)
  expect(reports.map(({ store, reason }) => [store, reason])).toEqual([['b', 'promised']])
})

test('withheld › one that lies is reported, whether it says so itself or not, and its content is not given out', async () => {
  const { stores, named, of, reports } = some('a', 'b', 'c')
  const digest = contentDigest(frame(1))
  await of('c').put(frame(1))
  const [a, b] = named
  if (a === undefined || b === undefined) throw new Error('there are three')
  a.get = async () => frame(2)
  b.get = async () => {
    throw new ContentError({ code: 'STORE_LIED', store: 'b', digest, received: contentDigest(frame(3)) })
  }
  expect(await stores.get(digest, signal)).toEqual(frame(1))
  expect(reports.map(({ store, reason }) => [store, reason])).toEqual([
    ['a', 'lied'],
    ['b', 'lied'],
  ])
})

test('switch › one that was switched away from is asked last, after a restart too, and in its turn when switched back', async () => {
  const store = new MemoryStore()
  const clock = new MessagingClock()
  const open = async () => {
    const { stores, of, asked } = some('a', 'b')
    for (const name of ['a', 'b']) await of(name).put(frame(1))
    const providers = new Providers({ store, clock, changed: new Pulse() })
    await providers.open()
    providers.add('store', stores.names, () => stores.arrange((name) => providers.isAside({ kind: 'store', name })))
    return { stores, providers, asked }
  }
  const first = await open()
  const evidence: Evidence = { reason: 'lacks', digests: [contentDigest(frame(1))], at: clock.now() }
  await first.providers.switchFrom({ kind: 'store', name: 'a' }, evidence)
  await first.stores.get(contentDigest(frame(1)), signal)
  expect(first.asked).toEqual(['b'])
  const second = await open()
  expect(second.providers.all).toEqual([
    { kind: 'store', name: 'a', aside: true },
    { kind: 'store', name: 'b', aside: false },
  ])
  await second.stores.get(contentDigest(frame(1)), signal)
  await second.providers.switchBack({ kind: 'store', name: 'a' })
  await second.stores.get(contentDigest(frame(1)), signal)
  expect(second.asked).toEqual(['b', 'a'])
})

test('switch › nobody of another name; and the same of one provider is an event once per hour', async () => {
  const clock = new MessagingClock()
  const providers = new Providers({ store: new MemoryStore(), clock, changed: new Pulse() })
  const evidence: Evidence = { reason: 'lacks', digests: [], at: clock.now() }
  await expect(async () => providers.switchFrom({ kind: 'store', name: 'x' }, evidence)).rejects.toMatchObject({
    fault: { code: 'PROVIDER_UNKNOWN', kind: 'store', name: 'x' },
  })
  const provider = { kind: 'store', name: 'a' } as const
  for (let i = 0; i < 3; i += 1) await providers.report(provider, evidence)
  expect([await providers.event(0), await providers.event(1)]).toEqual([{ provider, evidence }, undefined])
  clock.pass(3_600_000)
  await providers.report(provider, evidence)
  expect(await providers.event(1)).toEqual({ provider, evidence })
})
