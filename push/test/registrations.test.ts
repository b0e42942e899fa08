import type { BytesLevel } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../src/options.ts'
import { BucketIndex } from '../src/registrations/bucket-index.ts'
import { Registrations } from '../src/registrations/registrations.ts'
import type { Registered } from '../src/targets/target.ts'

const newLevel = (): BytesLevel =>
  new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' }) as unknown as BytesLevel
const nameOf = (number: number): string => `0x${number.toString(16).padStart(64, '0')}`
const bucket = { shard: 3, bits: 2, prefix: 1 }
const of = (expires = 1_000n, buckets = [bucket]): Registered => ({
  target: { kind: 'webhook', value: { url: 'https://bot.example/', key: new Uint8Array(32).fill(5) } },
  buckets,
  expires,
})
const settings = settingsOf({ maxRegistrations: 3, maxRegistrationsPerAddress: 2 })
const open = (db = newLevel()) => Registrations.open(db, settings)

describe('BucketIndex', () => {
  test('BucketIndex › finds who registered a bucket of any length that a conversation is in', () => {
    const index = new BucketIndex()
    index.add('shard', [{ shard: 3, bits: 0, prefix: 0 }])
    index.add('some', [bucket, { shard: 4, bits: 2, prefix: 1 }])
    index.add('one', [{ shard: 3, bits: 32, prefix: 5 }])
    expect([...index.of({ shard: 3, index: 5 })].toSorted()).toEqual(['one', 'shard', 'some'])
    expect([...index.of({ shard: 3, index: 9 })].toSorted()).toEqual(['shard', 'some'])
    expect([...index.of({ shard: 4, index: 6 })]).toEqual([])
    index.remove('some', [bucket])
    expect([...index.of({ shard: 3, index: 9 })]).toEqual(['shard'])
    expect([...index.of({ shard: 4, index: 9 })]).toEqual(['some'])
  })
})

describe('Registrations', () => {
  test('Registrations › are there after a restart, with whose share they are of', async () => {
    const db = newLevel()
    const before = await open(db)
    await before.keep(nameOf(1), of(), 'a')
    await before.keep(nameOf(2), of(2_000n), 'a')
    await before.remove(nameOf(2))
    const after = await open(db)
    expect(after.get(nameOf(1))).toEqual(of())
    expect([...after.of({ shard: 3, index: 1 })]).toEqual([nameOf(1)])
    expect(after.count).toBe(1)
    await after.keep(nameOf(3), of(), 'a')
    await expect(after.keep(nameOf(4), of(), 'a')).rejects.toMatchObject({
      fault: { code: 'REGISTRATIONS_FULL', of: 'this address', maximum: 2 },
    })
  })

  test('Registrations › one address has its share, all together have the bound, and a change needs no room', async () => {
    const registrations = await open()
    for (const number of [1, 2]) await registrations.keep(nameOf(number), of(), 'a')
    await expect(registrations.keep(nameOf(3), of(), 'a')).rejects.toMatchObject({ fault: { of: 'this address' } })
    await registrations.keep(nameOf(3), of(), 'b')
    await expect(registrations.keep(nameOf(4), of(), 'c')).rejects.toMatchObject({
      fault: { of: 'all addresses', maximum: 3 },
    })
    await registrations.keep(nameOf(1), of(3_000n, []), 'a')
    expect([...registrations.of({ shard: 3, index: 1 })].toSorted()).toEqual([nameOf(2), nameOf(3)])
    await registrations.remove(nameOf(2))
    await registrations.keep(nameOf(4), of(), 'a')
  })

  test('Registrations › what is stored says nothing of the address', async () => {
    const db = newLevel()
    await (await open(db)).keep(nameOf(1), of(), '192.0.2.77')
    for await (const [, value] of db.iterator({})) expect(Buffer.from(value).toString()).not.toContain('192.0.2')
  })

  test('Registrations › end when they expire', async () => {
    const registrations = await open()
    await registrations.keep(nameOf(1), of(1_000n), 'a')
    await registrations.keep(nameOf(2), of(1_001n), 'a')
    await registrations.expire(1_000n)
    expect([...registrations.names()]).toEqual([nameOf(2)])
  })

  test('Registrations › a damaged one is refused', async () => {
    const db = newLevel()
    await (await open(db)).keep(nameOf(1), of(), 'a')
    for await (const [key, value] of db.iterator({})) {
      const changed = Uint8Array.from(value)
      changed[changed.length - 1] = (changed.at(-1) as number) ^ 1
      await db.batch([{ type: 'put', key: Uint8Array.from(key), value: changed }], { sync: false })
    }
    await expect(open(db)).rejects.toMatchObject({ fault: { code: 'RECORD_INVALID' } })
  })
})
