import { NodeError } from '../faults.ts'
import { PageReader, withoutSignatures } from './history-page.ts'
import type { HistoryPage } from './history-pages.ts'
import {
  decodeRecord,
  del,
  type NodeStore,
  numberAt,
  numberKey,
  put,
  type Table,
  tableOf,
  type Write,
  writeAll,
} from './node-store.ts'

const conversationBytes = 5
const keyBytes = conversationBytes + 8
/** Of what a block added to a conversation: the key of the first entry, how many, and the block that added before. */
const addedBytes = keyBytes + 4 + 8
/** Of a conversation: entries, and the block that added last. */
const countBytes = 16
/** Lengths of records written at once. */
const lengthsAtOnce = 4_096
/** Pages of one conversation read at once. */
const pagesAtOnce = 64

/** How far a conversation's record goes. */
export interface RecordLength {
  readonly entries: bigint
  /** Block that added to it last; 0 for an empty one. */
  readonly block: bigint
}

/** How far the record of a conversation that a block added to went with it. */
export interface RecordGrowth {
  readonly shard: number
  readonly index: number
  readonly entries: bigint
}

/** Pages with the entries asked for. */
export interface PagesRead {
  readonly pages: readonly Uint8Array[]
  /** Entries of the first page before the first one asked for. */
  readonly skipped: number
}

/** Decodes a page whose bytes are a view of its own. */
const PageType = { deserialize: (bytes: Uint8Array) => ({ bytes, entries: new PageReader(bytes).count() }) }

/**
 * The record of every conversation: one page a block that added to it, under the shard, the conversation and the place of
 * its last entry, so that the first key at or after a place has its page; how many entries each has and which block added
 * last; and of every block what it added, which undoes it.
 */
export class HistoryIndex {
  private readonly db: NodeStore
  private readonly pages: Table
  private readonly counts: Table
  private readonly added: Table

  constructor(db: NodeStore) {
    this.db = db
    this.pages = tableOf(db, 'chain-page')
    this.counts = tableOf(db, 'chain-count')
    this.added = tableOf(db, 'chain-added')
  }

  /** Reading at once, as `length` does, needs a table that is open. */
  async open(): Promise<void> {
    await this.counts.open()
  }

  /** Forgets the length of every record. */
  async clearLengths(): Promise<void> {
    await this.counts.clear()
  }

  /** Writes the lengths of a shard's records, in the order of its conversations. No block is known to have added to them. */
  async writeLengths(shard: number, lengths: Iterable<bigint>): Promise<void> {
    let conversation = 0
    let writes: Write[] = []
    for (const entries of lengths) {
      writes.push(put(this.counts, conversationOf(pageKey(shard, conversation, 0n)), countOf(entries, 0n)))
      conversation += 1
      if (writes.length < lengthsAtOnce) continue
      await writeAll(this.db, writes)
      writes = []
    }
    await writeAll(this.db, writes)
  }

  /** How far a conversation's record goes. */
  length(shard: number, conversation: number): RecordLength {
    const stored = this.counts.getSync(conversationOf(pageKey(shard, conversation, 0n)))
    return stored === undefined ? { entries: 0n, block: 0n } : { entries: numberAt(stored), block: numberAt(stored, 8) }
  }

  /** Pages of a conversation's record from place `from` on, with at least `count` entries from there if there are as many. */
  async read(shard: number, conversation: number, from: bigint, count: number): Promise<PagesRead> {
    const pages: Uint8Array[] = []
    let skipped = 0
    let entries = 0
    const range = { gte: pageKey(shard, conversation, from), lte: pageKey(shard, conversation, lastPlace) }
    const iterator = this.pages.iterator({ ...range, limit: count })
    try {
      while (entries < count) {
        const read = await iterator.nextv(Math.min(count, pagesAtOnce))
        if (read.length === 0) break
        for (const [key, stored] of read) {
          if (entries >= count) break
          const page = decodeRecord('history page', PageType, stored)
          if (pages.length === 0)
            skipped = Number(from - (numberAt(key, conversationBytes) + 1n - BigInt(page.entries)))
          entries += page.entries - (pages.length === 0 ? skipped : 0)
          pages.push(page.bytes)
        }
      }
    } finally {
      await iterator.close()
    }
    return { pages, skipped }
  }

  /** What a block added, in the order of its runs; empty where it added nothing. */
  async growth(block: bigint): Promise<RecordGrowth[]> {
    return (await this.addedBy(block)).map(({ key, first, count }) => ({
      shard: key[0] as number,
      index: new DataView(key.buffer, key.byteOffset).getUint32(1),
      entries: first + BigInt(count),
    }))
  }

  /** Adds what a block adds. */
  async writes(block: bigint, pages: readonly HistoryPage[]): Promise<Write[]> {
    if (pages.length === 0) return []
    const keys = pages.map(({ shard, conversation }) => pageKey(shard, conversation, 0n))
    const counts = await this.counts.getMany(keys.map(conversationOf))
    const added = new Uint8Array(pages.length * addedBytes)
    const view = new DataView(added.buffer)
    const writes: Write[] = []
    pages.forEach(({ count, bytes }, i) => {
      const key = keys[i] as Uint8Array
      const stored = counts[i]
      const first = stored === undefined ? 0n : numberAt(stored)
      const at = i * addedBytes
      placeInto(key, first)
      added.set(key, at)
      view.setUint32(at + keyBytes, count)
      view.setBigUint64(at + keyBytes + 4, stored === undefined ? 0n : numberAt(stored, 8))
      const end = first + BigInt(count)
      placeInto(key, end - 1n)
      writes.push(put(this.pages, key, bytes), put(this.counts, conversationOf(key), countOf(end, block)))
    })
    writes.push(put(this.added, numberKey(block), added))
    return writes
  }

  /** Takes back what a block added. Blocks are undone from the last one on. */
  async unwrites(block: bigint): Promise<Write[]> {
    const writes: Write[] = [del(this.added, numberKey(block))]
    for (const { key, first, count, blockBefore } of await this.addedBy(block)) {
      const counted = conversationOf(key)
      writes.push(del(this.pages, lastOf(key, first, count)))
      writes.push(first === 0n ? del(this.counts, counted) : put(this.counts, counted, countOf(first, blockBefore)))
    }
    return writes
  }

  /** Takes the signatures out of what a block added. */
  async unsigns(block: bigint): Promise<Write[]> {
    const keys = (await this.addedBy(block)).map(({ key, first, count }) => lastOf(key, first, count))
    const stored = await this.pages.getMany(keys)
    return keys.map((key, i) => {
      const page = stored[i]
      if (page === undefined)
        throw new NodeError({ code: 'STORE_INVALID', record: 'history page', reason: 'is missing' })
      return put(this.pages, key, decodeRecord('history page', { deserialize: withoutSignatures }, page))
    })
  }

  private async addedBy(block: bigint): Promise<readonly Added[]> {
    const stored = await this.added.get(numberKey(block))
    if (stored === undefined) return []
    if (stored.length % addedBytes !== 0)
      throw new NodeError({ code: 'STORE_INVALID', record: 'keys of pages', reason: `${stored.length} bytes` })
    return Array.from({ length: stored.length / addedBytes }, (_, i) => {
      const bytes = stored.subarray(i * addedBytes, (i + 1) * addedBytes)
      const view = new DataView(bytes.buffer, bytes.byteOffset)
      return {
        key: bytes.slice(0, keyBytes),
        first: numberAt(bytes, conversationBytes),
        count: view.getUint32(keyBytes),
        blockBefore: view.getBigUint64(keyBytes + 4),
      }
    })
  }
}

interface Added {
  /** Of the first entry. */
  readonly key: Uint8Array
  readonly first: bigint
  readonly count: number
  readonly blockBefore: bigint
}

const lastPlace = 2n ** 64n - 1n

const conversationOf = (key: Uint8Array): Uint8Array => key.subarray(0, conversationBytes)

function lastOf(key: Uint8Array, first: bigint, count: number): Uint8Array {
  const last = Uint8Array.from(key)
  placeInto(last, first + BigInt(count) - 1n)
  return last
}

function countOf(entries: bigint, block: bigint): Uint8Array {
  const value = new Uint8Array(countBytes)
  const view = new DataView(value.buffer)
  view.setBigUint64(0, entries)
  view.setBigUint64(8, block)
  return value
}

function pageKey(shard: number, conversation: number, place: bigint): Uint8Array {
  const key = new Uint8Array(keyBytes)
  key[0] = shard
  new DataView(key.buffer).setUint32(1, conversation)
  placeInto(key, place)
  return key
}

function placeInto(key: Uint8Array, place: bigint): void {
  new DataView(key.buffer, key.byteOffset).setBigUint64(conversationBytes, place)
}
