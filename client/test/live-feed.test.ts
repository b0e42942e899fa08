import {
  decodeClientFrame,
  encodeServerRecord,
  type FeedCursor,
  feedLevels,
  type Mutation,
  type ServerValues,
} from '@parley/api'
import type { ConversationEntry } from '@parley/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { createSequencerClient, type FeedUpdate } from '../src/index.ts'
import { TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.close())

const tell = <K extends keyof ServerValues>(socket: WebSocket, kind: K, value: ServerValues[K]): void =>
  socket.send(encodeServerRecord(kind, value))

const spoken = (position: bigint, block: bigint): ConversationEntry => ({
  position,
  block,
  timestamp: 5n,
  forced: false,
  event: {
    selector: 0,
    value: { member: 1, content: new Uint8Array(32).fill(Number(position)), signature: new Uint8Array(64) },
  },
})
const changed = (position: bigint, block: bigint, epoch: bigint): ConversationEntry => ({
  ...spoken(position, block),
  event: {
    selector: 1,
    value: {
      operation: {
        selector: 1,
        value: { shard: 1, conversation: 0, epoch, signer: 0, remove: [{ slot: 1 }], roles: [], add: [], exchange: [] },
      },
      signatures: [new Uint8Array(64)],
    },
  },
})

/** Entries of each conversation of shard 1 that the server of these tests has, those of one block together. */
let record: Readonly<Record<number, readonly (readonly ConversationEntry[])[]>>
let mutations: Mutation[] = []
let epoch = 1
/** Records of entries after which a connection breaks. */
let cutAfter = Number.POSITIVE_INFINITY

/** A server that has a fixed record and breaks connections; what it sends follows from the cursors alone. */
function serve(socket: WebSocket): void {
  let sent = 0
  tell(socket, 'started', {
    keepaliveMs: 1_000,
    maxPlaces: 10,
    levels: 2,
    epoch: new Uint8Array(32).fill(epoch),
    head: 9n,
  })
  socket.on('message', (frame: Buffer) => {
    for (const { kind, value } of decodeClientFrame(frame)) {
      if (kind !== 'mutate') continue
      mutations.push(value)
      tell(socket, 'mutated', { id: value.id })
      for (const cursor of value.add)
        for (const entries of dueAt(cursor)) {
          if (sent === cutAfter) return socket.close(1001)
          sent += 1
          tell(socket, 'entries', { place: { shard: 1, index: cursor.index }, level: feedLevels.sealed, entries })
        }
      const places = value.add.map(({ shard, index }) => ({ shard, index }))
      if (places.length > 0) tell(socket, 'live', { after: 9n, places })
    }
  })
}

const dueAt = ({ index, from, after }: FeedCursor): ConversationEntry[][] =>
  (record[index] ?? [])
    .map((block) => block.filter((entry) => entry.block > after && entry.position >= from))
    .filter((block) => block.length > 0)

beforeEach(() => {
  mutations = []
  epoch = 1
  cutAfter = Number.POSITIVE_INFINITY
  record = {
    0: [
      [changed(0n, 1n, 0n), spoken(0n, 1n)],
      [spoken(1n, 2n), changed(2n, 2n, 1n)],
      [changed(2n, 3n, 2n), spoken(2n, 3n)],
    ],
    7: [[spoken(0n, 1n)], [spoken(1n, 3n)]],
  }
  server.onSocket = serve
})

const client = () => createSequencerClient({ url: server.url, random: () => 0 })
const limit = (): AbortSignal => AbortSignal.timeout(340_000)

describe('feed of many conversations', () => {
  test.each([1, 2, 3])('connections that break after %i records › each entry comes once, in order', async (cut) => {
    cutAfter = cut
    const received: Record<number, ConversationEntry[]> = { 0: [], 7: [] }
    const starts = [0, 7].map((index) => ({ shard: 1, index, from: 0n }))
    for await (const update of client().followMany(starts, limit())) {
      if (update.kind === 'entries') received[update.place.index]!.push(...update.entries)
      if (update.kind === 'live') break
    }
    expect(received).toEqual({ 0: record[0]!.flat(), 7: record[7]!.flat() })
    expect(server.sockets.length).toBeGreaterThan(1)
  })

  test('without a position › nothing comes but what is new, and a reconnection leaves nothing out', async () => {
    const feed = client().followMany([{ shard: 1, index: 7 }], limit())
    const updates: FeedUpdate[] = []
    for await (const update of feed) {
      updates.push(update)
      if (updates.length === 1) {
        // Said while nobody was connected.
        record = { 7: [...record[7]!, [spoken(2n, 10n)]] }
        server.sockets.at(-1)!.close(1001)
      }
      if (updates.length === 3) break
    }
    expect(updates.map(({ kind }) => kind)).toEqual(['live', 'entries', 'live'])
    expect(updates[1]).toMatchObject({ entries: [{ position: 2n }] })
    expect(feed.cursors()).toEqual([{ shard: 1, index: 7, from: 3n, after: 10n }])
  })

  test('what is added and removed meanwhile is sent, and followed after a reconnection', async () => {
    const feed = client().followMany([{ shard: 1, index: 0, from: 0n, after: 3n }], limit())
    let lives = 0
    for await (const update of feed) {
      if (update.kind !== 'live') continue
      lives += 1
      if (lives === 1) {
        feed.add([{ shard: 1, index: 7, from: 2n, after: 3n }])
        feed.remove([{ shard: 1, index: 0 }])
      }
      if (lives === 2) server.sockets.at(-1)!.close(1001)
      if (lives === 3) break
    }
    expect(
      mutations.map(({ add, remove }) => [add.map(({ index }) => index), remove.map(({ index }) => index)]),
    ).toEqual([
      [[0], []],
      [[7], []],
      [[], [0]],
      [[7], []],
    ])
  })

  test('a position left out, and a block that comes again, are gaps', async () => {
    for (const wrong of [
      [[spoken(0n, 1n)], [spoken(2n, 2n)]],
      [[spoken(0n, 1n)], [spoken(1n, 1n)]],
    ]) {
      record = { 7: wrong }
      const iterator = client()
        .followMany([{ shard: 1, index: 7, from: 0n }], limit())
        [Symbol.asyncIterator]()
      expect((await iterator.next()).value).toMatchObject({ kind: 'entries' })
      await expect(iterator.next()).rejects.toThrow('FEED_GAP')
    }
  })

  test('another epoch after a reconnection is LINEAGE_ENDED', async () => {
    const feed = client().followMany([{ shard: 1, index: 7, from: 0n }], limit())
    const reading = (async () => {
      for await (const update of feed)
        if (update.kind === 'live') {
          epoch = 2
          server.sockets.at(-1)!.close(1001)
        }
    })()
    await expect(reading).rejects.toThrow('LINEAGE_ENDED')
  })

  test('what the server refuses, or no longer has, is given and followed no more', async () => {
    const place = { shard: 1, index: 7 }
    server.onSocket = (socket) =>
      socket.on('message', (frame: Buffer) => {
        const [record] = decodeClientFrame(frame)
        if (record?.kind !== 'mutate') return
        const { id } = record.value
        if (id === 1) {
          tell(socket, 'refused', { id, code: new TextEncoder().encode('CONVERSATION_UNKNOWN'), places: [place] })
          tell(socket, 'mutated', { id })
        } else if (id === 2)
          tell(socket, 'refused', { id, code: new TextEncoder().encode('SUBSCRIPTIONS_EXCEEDED'), places: [] })
        else {
          tell(socket, 'mutated', { id })
          tell(socket, 'gone', { place, from: 4n })
        }
      })
    const feed = client().followMany([{ ...place, from: 0n }], limit())
    const updates: FeedUpdate[] = []
    for await (const update of feed) {
      updates.push(update)
      expect(feed.cursors()).toEqual([])
      if (updates.length === 3) break
      feed.add([{ ...place, from: 0n }])
    }
    expect(updates).toEqual([
      { kind: 'refused', code: 'CONVERSATION_UNKNOWN', places: [place] },
      { kind: 'refused', code: 'SUBSCRIPTIONS_EXCEEDED', places: [place] },
      { kind: 'gone', place, from: 4n },
    ])
  })

  test('a frame that is none is ANSWER_INVALID', async () => {
    server.onSocket = (socket) => socket.send(Buffer.from([1, 2, 3]))
    const iterator = client().followMany([], limit())[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toThrow('ANSWER_INVALID')
  })
})

describe('feed of one conversation', () => {
  test('gives its entries', async () => {
    const received: ConversationEntry[] = []
    for await (const entry of client().follow(1, 0, 0n, limit())) {
      received.push(entry)
      if (received.length === record[0]!.flat().length) break
    }
    expect(received).toEqual(record[0]!.flat())
  })

  test.each([
    ['gone', 'BLOCK_FORGOTTEN'],
    ['refused', 'FEED_REFUSED'],
  ] as const)('%s is %s', async (kind, code) => {
    server.onSocket = (socket) =>
      socket.on('message', () => {
        const place = { shard: 1, index: 0 }
        if (kind === 'refused') tell(socket, kind, { id: 1, code: new TextEncoder().encode('X'), places: [place] })
        tell(socket, 'mutated', { id: 1 })
        if (kind === 'gone') tell(socket, kind, { place, from: 4n })
      })
    const iterator = client().follow(1, 0, 0n, limit())[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toThrow(code)
  })
})
