import { NodeError } from '../faults.ts'
import type { HistoryRecord } from './chain-records.ts'
import { readPage } from './history-page.ts'
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
} from './node-store.ts'

const conversationBytes = 5
const keyBytes = conversationBytes + 8
const lastPlace = 2n ** 64n - 1n

/** Decodes a page whose bytes are a view of its own. */
const PageType = { deserialize: readPage }

/**
 * The record of every conversation: one page a block that added to it, under the shard, the conversation and the place of
 * its first entry; how many entries each has; and of every block the keys of its pages, which undo it.
 */
export class HistoryIndex {
  private readonly pages: Table
  private readonly counts: Table
  private readonly added: Table

  constructor(db: NodeStore) {
    this.pages = tableOf(db, 'chain-page')
    this.counts = tableOf(db, 'chain-count')
    this.added = tableOf(db, 'chain-added')
  }

  /** Entries that a conversation's record has. */
  async count(shard: number, conversation: number): Promise<bigint> {
    const stored = await this.counts.get(conversationOf(pageKey(shard, conversation, 0n)))
    return stored === undefined ? 0n : numberAt(stored)
  }

  /** Entries of a conversation's record from place `from` on, at most `count`. */
  async read(shard: number, conversation: number, from: bigint, count: number): Promise<HistoryRecord[]> {
    const key = (place: bigint): Uint8Array => pageKey(shard, conversation, place)
    const before = { gte: key(0n), lte: key(from), reverse: true, limit: 1 } as const
    const [first] = await this.pages.keys(before).all()
    if (first === undefined) return []
    const end = from + BigInt(count)
    const stored = await this.pages.values({ gte: first, lt: key(end < lastPlace ? end : lastPlace) }).all()
    const skipped = Number(from - numberAt(first, conversationBytes))
    return stored.flatMap((page) => decodeRecord('history page', PageType, page)).slice(skipped, skipped + count)
  }

  /** Adds what a block adds. */
  async writes(block: bigint, pages: readonly HistoryPage[]): Promise<Write[]> {
    if (pages.length === 0) return []
    const keys = pages.map(({ shard, conversation }) => pageKey(shard, conversation, 0n))
    const counts = await this.counts.getMany(keys.map(conversationOf))
    const added = new Uint8Array(pages.length * keyBytes)
    const writes: Write[] = []
    pages.forEach(({ count, bytes }, i) => {
      const key = keys[i] as Uint8Array
      const stored = counts[i]
      const before = stored === undefined ? 0n : numberAt(stored)
      placeInto(key, before)
      added.set(key, i * keyBytes)
      writes.push(put(this.pages, key, bytes), put(this.counts, conversationOf(key), numberKey(before + BigInt(count))))
    })
    writes.push(put(this.added, numberKey(block), added))
    return writes
  }

  /** Takes back what a block added. Blocks are undone from the last one on. */
  async unwrites(block: bigint): Promise<Write[]> {
    const added = await this.added.get(numberKey(block))
    if (added === undefined) return []
    if (added.length % keyBytes !== 0)
      throw new NodeError({ code: 'STORE_INVALID', record: 'keys of pages', reason: `${added.length} bytes` })
    const writes: Write[] = [del(this.added, numberKey(block))]
    for (let at = 0; at < added.length; at += keyBytes) {
      const key = added.subarray(at, at + keyBytes)
      const before = numberAt(key, conversationBytes)
      const counted = conversationOf(key)
      writes.push(del(this.pages, key))
      writes.push(before === 0n ? del(this.counts, counted) : put(this.counts, counted, numberKey(before)))
    }
    return writes
  }
}

const conversationOf = (key: Uint8Array): Uint8Array => key.subarray(0, conversationBytes)

function pageKey(shard: number, conversation: number, place: bigint): Uint8Array {
  const key = new Uint8Array(keyBytes)
  key[0] = shard
  new DataView(key.buffer).setUint32(1, conversation)
  placeInto(key, place)
  return key
}

function placeInto(key: Uint8Array, place: bigint): void {
  new DataView(key.buffer).setBigUint64(conversationBytes, place)
}
