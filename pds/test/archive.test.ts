import { contentDigest } from '@parley/content'
import type { BytesLevel } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import { beforeEach, describe, expect, test } from 'vitest'
import { Archive } from '../src/state/archive.ts'
import { createTables, type Tables } from '../src/state/tables.ts'
import { Users } from '../src/state/users.ts'

const ann = new Uint8Array(20).fill(1)
const ben = new Uint8Array(20).fill(2)
const none = new Uint8Array(32)
const segmentOf = (n: number, length = 10): Uint8Array => new Uint8Array(length).fill(n)

let tables: Tables
let archive: Archive
beforeEach(() => {
  const level = new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  tables = createTables(level as unknown as BytesLevel)
  archive = new Archive(tables, 100)
})

const put = (identity: Uint8Array, bytes: Uint8Array) => archive.put(identity, contentDigest(bytes), bytes)

describe('archive', () => {
  test('segments put › are there, each once, and counted with their bytes', async () => {
    for (const n of [1, 2, 1]) await put(ann, segmentOf(n))
    expect(await archive.get(ann, contentDigest(segmentOf(2)))).toEqual(segmentOf(2))
    expect(await archive.size(ann)).toEqual({ segments: 2, bytes: 20n })
    expect(await archive.size(ben)).toEqual({ segments: 0, bytes: 0n })
  })

  test('a user’s segments › are nobody else’s', async () => {
    await put(ann, segmentOf(1))
    const digest = contentDigest(segmentOf(1))
    await expect(archive.get(ben, digest)).rejects.toMatchObject({ fault: { code: 'SEGMENT_UNKNOWN', digest } })
    expect(await archive.list(ben, none, 10)).toEqual({ segments: [], more: false })
  })

  test('bytes of another digest › are refused, and nothing is stored', async () => {
    const fault = { code: 'SEGMENT_OTHER', received: contentDigest(segmentOf(2)) }
    await expect(archive.put(ann, contentDigest(segmentOf(1)), segmentOf(2))).rejects.toMatchObject({ fault })
    expect(await archive.size(ann)).toEqual({ segments: 0, bytes: 0n })
  })

  test('more bytes than a user may have › are refused with what is free; all that is free may be used', async () => {
    await put(ann, segmentOf(1, 60))
    await expect(put(ann, segmentOf(2, 41))).rejects.toMatchObject({
      fault: { code: 'ARCHIVE_FULL', bytes: 41, free: 40 },
    })
    await put(ann, segmentOf(3, 40))
    expect(await archive.size(ann)).toEqual({ segments: 2, bytes: 100n })
  })

  test('pages of any size › give all segments in the order of their digests', async () => {
    const all = Array.from({ length: 7 }, (_, n) => segmentOf(n))
    for (const each of all) await put(ann, each)
    const sorted = all.map((bytes) => contentDigest(bytes)).sort(Buffer.compare)
    for (let limit = 1; limit <= 8; limit += 1) {
      const found: Uint8Array[] = []
      for (let more = true; more; ) {
        const page = await archive.list(ann, found.at(-1) ?? none, limit)
        expect(page.segments.length).toBeLessThanOrEqual(limit)
        found.push(...page.segments.map(({ digest }) => digest))
        more = page.more
      }
      expect(found).toEqual(sorted)
    }
  })

  test('a user who is forgotten › has none, and begins anew', async () => {
    const users = await Users.open(tables)
    await put(ann, segmentOf(1))
    await users.forget(ann)
    expect(await archive.list(ann, none, 10)).toEqual({ segments: [], more: false })
    await put(ann, segmentOf(1))
    expect(await archive.size(ann)).toEqual({ segments: 1, bytes: 10n })
  })
})
