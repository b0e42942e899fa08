import { randomBytes } from 'node:crypto'
import type { BytesLevel } from '@parley/runtime/level'
import { describe, expect, test } from 'vitest'
import { type Contents, contentDigest, contentLimits, httpContents } from '../src/index.ts'
import { ContentStore, memoryBlocks } from '../src/store/index.ts'
import { newReader } from './support/ack.ts'
import { levelStore, log, memoryStore, newLevel, servedStore, type TestStore } from './support/store.ts'

const { signal } = new AbortController()
const day = 86_400_000
const records = { gte: Buffer.from('content/'), lt: Buffer.from('content0') }
const content = (bytes = 512): Uint8Array => new Uint8Array(randomBytes(bytes))

interface Made extends TestStore {
  /** The store as its users have it. */
  readonly contents: Contents
}

const kinds: Readonly<Record<string, () => Promise<Made>>> = {
  memory: async () => {
    const made = await memoryStore()
    return { ...made, contents: made.store }
  },
  level: async () => {
    const made = await levelStore()
    return { ...made, contents: made.store }
  },
  http: async () => {
    const made = await servedStore()
    return { ...made, contents: httpContents({ url: made.url }) }
  },
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  const make = kinds[kind]!

  test('what was put comes back, byte for byte, at every bound of its length', async () => {
    const { contents, clock } = await make()
    for (const bytes of [1, 512, contentLimits.bytes]) {
      const given = content(bytes)
      const digest = contentDigest(given)
      expect(await contents.has(digest, signal)).toBe(false)
      expect(await contents.get(digest, signal)).toBeUndefined()
      const { retainUntil } = await contents.put(given, { class: 'application', acks: [] }, signal)
      expect(retainUntil).toBe(BigInt(clock.now() + 30 * day))
      expect(await contents.has(digest, signal)).toBe(true)
      expect(await contents.get(digest, signal)).toEqual(given)
    }
  })

  test('a content expires when it was to, and a handshake later', async () => {
    const { contents, clock, store } = await make()
    const [application, handshake] = [content(), content()]
    await contents.put(application, { class: 'application', acks: [] }, signal)
    await contents.put(handshake, { class: 'handshake', acks: [] }, signal)
    clock.advance(30 * day - 1)
    expect(await contents.has(contentDigest(application), signal)).toBe(true)
    clock.advance(1)
    expect(await contents.get(contentDigest(application), signal)).toBeUndefined()
    expect(await contents.get(contentDigest(handshake), signal)).toEqual(handshake)
    expect(store.contents).toBe(2)
    await store.letGo(signal)
    expect(store.contents).toBe(1)
    clock.advance(60 * day)
    await store.letGo(signal)
    expect([store.contents, store.bytes]).toEqual([0, 0])
  })

  test('a content goes an hour after all of its readers have it, and not before', async () => {
    const { contents, clock, store } = await make()
    const [alice, bob] = [newReader(), newReader()]
    const given = content()
    const digest = contentDigest(given)
    await contents.put(
      given,
      { class: 'application', acks: [alice, bob].map((each) => each.commitment(digest)) },
      signal,
    )
    await contents.ack(digest, alice.ackKey, alice.sign(digest), signal)
    await contents.ack(digest, alice.ackKey, alice.sign(digest), signal)
    clock.advance(2 * 3_600_000)
    expect(await contents.has(digest, signal)).toBe(true)
    await contents.ack(digest, bob.ackKey, bob.sign(digest), signal)
    clock.advance(3_600_000 - 1)
    expect(await contents.get(digest, signal)).toEqual(given)
    clock.advance(1)
    expect(await contents.get(digest, signal)).toBeUndefined()
    await store.letGo(signal)
    expect(store.contents).toBe(0)
  })

  test('a handshake stays until it expires, whoever has it', async () => {
    const { contents, clock, store } = await make()
    const reader = newReader()
    const given = content()
    const digest = contentDigest(given)
    await contents.put(given, { class: 'handshake', acks: [reader.commitment(digest)] }, signal)
    await contents.ack(digest, reader.ackKey, reader.sign(digest), signal)
    clock.advance(30 * day)
    await store.letGo(signal)
    expect(await contents.get(digest, signal)).toEqual(given)
  })

  test('nobody makes a content go early by putting it again', async () => {
    const { contents, clock } = await make()
    const [reader, thief] = [newReader(), newReader()]
    const given = content()
    const digest = contentDigest(given)
    // Before its author, and after.
    for (const order of [
      [thief, reader],
      [reader, thief],
    ])
      for (const each of order)
        await contents.put(given, { class: 'application', acks: [each.commitment(digest)] }, signal)
    await contents.ack(digest, thief.ackKey, thief.sign(digest), signal)
    clock.advance(3_600_000)
    expect(await contents.get(digest, signal)).toEqual(given)
    await contents.put(given, { class: 'application', acks: [] }, signal)
    await expect(contents.ack(digest, reader.ackKey, reader.sign(digest), signal)).rejects.toThrow('ACK_UNKNOWN')
    clock.advance(3_600_000)
    expect(await contents.get(digest, signal)).toEqual(given)
  })

  test('an acknowledgement counts for its key and its content alone', async () => {
    const { contents } = await make()
    const [reader, stranger] = [newReader(), newReader()]
    const given = content()
    const digest = contentDigest(given)
    await expect(contents.ack(digest, reader.ackKey, reader.sign(digest), signal)).rejects.toThrow('CONTENT_UNKNOWN')
    await contents.put(given, { class: 'application', acks: [reader.commitment(digest)] }, signal)
    await expect(contents.ack(digest, stranger.ackKey, stranger.sign(digest), signal)).rejects.toThrow('ACK_UNKNOWN')
    const other = contentDigest(content())
    for (const wrong of [stranger.sign(digest), reader.sign(other)])
      await expect(contents.ack(digest, reader.ackKey, wrong, signal)).rejects.toThrow('ACK_INVALID')
  })

  test('what no store may take is refused with its field and bound', async () => {
    const { contents } = await make()
    const put = (bytes: number, acks: number, ackBytes = 32): Promise<unknown> =>
      contents.put(
        content(bytes),
        { class: 'application', acks: Array.from({ length: acks }, () => content(ackBytes)) },
        signal,
      )
    await expect(put(0, 0)).rejects.toMatchObject({ fault: { code: 'CONTENT_INVALID', field: 'content' } })
    await expect(put(contentLimits.bytes + 1, 0)).rejects.toMatchObject({ fault: { field: 'content' } })
    await expect(put(8, 65)).rejects.toMatchObject({ fault: { code: 'CONTENT_INVALID', field: 'acks' } })
    await expect(put(8, 1, 31)).rejects.toMatchObject({ fault: { code: 'CONTENT_INVALID', field: 'acks' } })
    await put(8, 64)
  })
})

test('a store takes up what it stored, and counts it by size class', async () => {
  const index = newLevel()
  const { store, clock } = await levelStore({}, index)
  const given = content(600)
  await store.put(given, { class: 'application', acks: [] }, signal)
  expect(store.bytes).toBe(1_024)
  const again = await levelStore({}, index)
  expect([again.store.contents, again.store.bytes]).toEqual([1, 1_024])
  expect(await again.store.get(contentDigest(given), signal)).toEqual(given)
  expect(clock.now()).toBe(again.clock.now())
})

test('a store that is full refuses, and takes again when something has gone', async () => {
  const { store, clock } = await memoryStore({ maxStoredBytes: 1_536 })
  await store.put(content(1_024), { class: 'application', acks: [] }, signal)
  await expect(store.put(content(513), { class: 'application', acks: [] }, signal)).rejects.toMatchObject({
    fault: { code: 'STORE_FULL', bytes: 1_024, free: 512 },
  })
  await store.put(content(512), { class: 'application', acks: [] }, signal)
  expect(store.freeBytes).toBe(0)
  clock.advance(30 * day)
  await store.letGo(signal)
  await store.put(content(513), { class: 'application', acks: [] }, signal)
})

test('a block that is gone or another is never given out', async () => {
  const blocks = memoryBlocks()
  const { store } = await memoryStore({}, { blocks })
  const given = content()
  const digest = contentDigest(given)
  await store.put(given, { class: 'application', acks: [] }, signal)
  await blocks.put(digest, content(), signal)
  await expect(store.get(digest, signal)).rejects.toThrow('another digest')
  await blocks.delete(digest, signal)
  await expect(store.get(digest, signal)).rejects.toThrow('not there')
  expect(store.lost).toBe(2)
})

test('a block whose record never came goes', async () => {
  const blocks = memoryBlocks()
  const index = newLevel()
  let writes = 0
  const failing: BytesLevel = {
    open: () => index.open(),
    get: (key) => index.get(key),
    clear: (range) => index.clear(range),
    keys: (range) => index.keys(range),
    iterator: (range) => index.iterator(range),
    async batch(operations) {
      writes += 1
      if (writes === 2) throw new Error('the process ends here')
      await index.batch(operations)
    },
  }
  const { store, clock } = await memoryStore({}, { blocks, index: failing })
  const given = content()
  await expect(store.put(given, { class: 'application', acks: [] }, signal)).rejects.toThrow('ends here')
  expect(await blocks.get(contentDigest(given), signal)).toEqual(given)
  const again = await ContentStore.open({ index, blocks, clock, log })
  clock.advance(60_000)
  await again.letGo(signal)
  expect(await blocks.get(contentDigest(given), signal)).toBeUndefined()
})

test('a record that was changed on the disk is refused at the start', async () => {
  const index = newLevel()
  const { store } = await memoryStore({}, { index })
  await store.put(content(), { class: 'application', acks: [] }, signal)
  const [key, value] = (await index.iterator(records).all())[0] as [Uint8Array, Uint8Array]
  const changed = value.slice()
  changed[changed.length - 1]! ^= 1
  await index.put(key, changed)
  await expect(memoryStore({}, { index })).rejects.toThrow('RECORD_INVALID')
})

test('options outside their bounds are refused', async () => {
  await expect(memoryStore({ graceMs: -1 })).rejects.toMatchObject({
    fault: { code: 'OPTION_OUT_OF_RANGE', option: 'graceMs', value: -1, minimum: 0, maximum: 30 * day },
  })
})
