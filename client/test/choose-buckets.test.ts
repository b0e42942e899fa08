import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { chooseBuckets } from '../src/index.ts'

const secret = new Uint8Array(32).fill(7)
const options = { bits: 8, decoys: 9, secret }
/** Conversations of one reader, in buckets of their own. */
const places = Array.from({ length: 20 }, (_, i) => ({ shard: i % 5, index: 1_000_000 + 37 * i }))
const namesOf = (buckets: ReturnType<typeof chooseBuckets>): string[] =>
  buckets.map(({ shard, bits, prefix }) => `${shard}/${bits}/${prefix}`)
const needed = (few = places): string[] => few.map(({ shard, index }) => `${shard}/8/${index % 256}`)

/** What a server has seen at every one of so many connections: the best that it can do to tell decoys from the others. */
function seenAlways(times: number, secretOf: () => Uint8Array): string[] {
  const once = Array.from({ length: times }, () => namesOf(chooseBuckets(places, { ...options, secret: secretOf() })))
  const counts = Map.groupBy(once.flat(), (name) => name)
  return [...counts].filter(([, seen]) => seen.length === times).map(([name]) => name)
}

describe('buckets of a reader', () => {
  test('hold every conversation, among decoys', () => {
    const names = namesOf(chooseBuckets(places, options))
    expect(names).toEqual(expect.arrayContaining(needed()))
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(9 * places.length)
    expect(names.length).toBeLessThanOrEqual(10 * places.length)
  })

  test('thirty reconnections leave the needed ones among as many as one does', () => {
    const once = namesOf(chooseBuckets(places, options))
    expect(seenAlways(30, () => secret).toSorted()).toEqual(once.toSorted())
    // With other decoys each time nothing is left but what is needed: what the secret is for.
    expect(seenAlways(30, () => randomBytes(32)).toSorted()).toEqual(needed().toSorted())
  })

  test('a conversation more comes with decoys of its own, and takes none away', () => {
    const before = new Set(namesOf(chooseBuckets(places.slice(1), options)))
    const after = namesOf(chooseBuckets(places, options))
    expect(after).toEqual(expect.arrayContaining([...before]))
    const more = after.filter((name) => !before.has(name))
    expect(more.length).toBeGreaterThan(8)
    expect(more).toContain(needed()[0])
  })

  test('whole shards are buckets of no bits', () => {
    const shards = chooseBuckets(places, { ...options, bits: 0, decoys: 3 })
    expect(shards.every(({ bits, prefix }) => bits === 0 && prefix === 0)).toBe(true)
    expect(shards.length).toBeLessThanOrEqual(20)
    expect(shards.length).toBeGreaterThan(5)
  })

  test.each([
    [{ bits: 33 }, 'bits'],
    [{ bits: -1 }, 'bits'],
    [{ decoys: 1.5 }, 'decoys'],
    [{ secret: new Uint8Array(31) }, 'secret'],
  ])('%o is ARGUMENT_INVALID', (wrong, field) => {
    expect(() => chooseBuckets(places, { ...options, ...wrong })).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'ARGUMENT_INVALID', field }) }),
    )
  })
})
