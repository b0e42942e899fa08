import { decodeClientFrame, encodeServerRecord, feedLevels, type ServerValues, type Watch } from '@parley/api'
import { BlockHeaderType, type ConversationEntry } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { type BucketUpdate, createSequencerClient } from '../src/index.ts'
import { TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.close())

const tell = <K extends keyof ServerValues>(socket: WebSocket, kind: K, value: ServerValues[K]): void =>
  socket.send(encodeServerRecord(kind, value))
const start = (socket: WebSocket): void =>
  tell(socket, 'started', { keepaliveMs: 1_000, maxPlaces: 10, levels: 3, epoch: new Uint8Array(32), head: 9n })
const spoken = (position: bigint, block: bigint, content = position): ConversationEntry => ({
  position,
  block,
  timestamp: 5n,
  forced: false,
  event: {
    selector: 0,
    value: { member: 1, content: new Uint8Array(32).fill(Number(content)), signature: new Uint8Array(64) },
  },
})
const entriesOf = (index: number, level: number, ...entries: ConversationEntry[]) => ({
  place: { shard: 1, index },
  level,
  entries,
})
const sealing = (number: bigint): ServerValues['sealed'] => ({
  header: { ...BlockHeaderType.defaultValue(), number },
  signature: new Uint8Array(65),
})
const { accepted, sealed } = feedLevels
const bucket = { shard: 1, bits: 1, prefix: 0 }
const limit = (): AbortSignal => AbortSignal.timeout(340_000)

/** Answers each connection's first request with one of these, in turn; the last goes on for ever. */
function answer(...connections: ((socket: WebSocket, watch: Watch) => void)[]): Watch[] {
  const watches: Watch[] = []
  server.onSocket = (socket) => {
    start(socket)
    socket.on('message', (frame: Buffer) => {
      for (const { kind, value } of decodeClientFrame(frame)) {
        if (kind !== 'watch') continue
        watches.push(value)
        tell(socket, 'mutated', { id: value.id })
        ;(connections.shift() ?? (() => undefined))(socket, value)
      }
    })
  }
  return watches
}

async function updates(count: number, level: 'accepted' | 'sealed'): Promise<BucketUpdate[]> {
  const given: BucketUpdate[] = []
  const client = createSequencerClient({ url: server.url, random: () => 0 })
  for await (const update of client.watchMany([{ ...bucket, after: 3n }], limit(), { level })) {
    given.push(update)
    if (given.length === count) break
  }
  return given
}

describe('feed of buckets', () => {
  test('a connection that breaks within a block › the block comes again, and nothing of it twice', async () => {
    const watches = answer(
      (socket) => {
        tell(socket, 'entries', entriesOf(2, sealed, spoken(0n, 4n)))
        tell(socket, 'entries', entriesOf(2, sealed, spoken(1n, 5n)))
        socket.close(1001)
      },
      (socket) => {
        tell(socket, 'entries', entriesOf(2, sealed, spoken(1n, 5n)))
        tell(socket, 'entries', entriesOf(4, sealed, spoken(0n, 5n)))
        tell(socket, 'watching', { after: 5n, buckets: [bucket] })
      },
    )
    const given = await updates(4, 'sealed')
    expect(given).toMatchObject([
      { kind: 'entries', place: { index: 2 }, entries: [{ block: 4n }] },
      { kind: 'entries', place: { index: 2 }, entries: [{ block: 5n }] },
      { kind: 'entries', place: { index: 4 }, entries: [{ block: 5n }] },
      { kind: 'watching', buckets: [bucket] },
    ])
    expect(watches.map(({ add }) => add)).toEqual([[{ ...bucket, after: 3n }], [{ ...bucket, after: 4n }]])
  })

  test('accepted entries › that come again after a reconnection are compared, and are settled by their block', async () => {
    answer(
      (socket) => {
        tell(socket, 'watching', { after: 3n, buckets: [bucket] })
        tell(socket, 'entries', entriesOf(2, accepted, spoken(0n, 4n), spoken(1n, 4n)))
        socket.close(1001)
      },
      (socket) => {
        tell(socket, 'watching', { after: 3n, buckets: [bucket] })
        tell(socket, 'entries', entriesOf(2, accepted, spoken(0n, 4n), spoken(1n, 4n), spoken(2n, 4n)))
        tell(socket, 'sealed', sealing(4n))
      },
    )
    const given = await updates(5, 'accepted')
    expect(given.map(({ kind }) => kind)).toEqual(['watching', 'entries', 'watching', 'entries', 'sealed'])
    expect(given[3]).toMatchObject({ level: 'accepted', entries: [{ position: 2n }] })
    expect(given[4]).toEqual({ kind: 'sealed', block: 4n, places: [{ shard: 1, index: 2 }] })
  })

  test.each([
    ['another one', [spoken(0n, 4n, 7n)]],
    ['not there', []],
  ])('an accepted entry that is %s once its block is sealed is ACCEPTED_REPLACED', async (_, instead) => {
    answer(
      (socket) => {
        tell(socket, 'entries', entriesOf(2, accepted, spoken(0n, 4n)))
        socket.close(1001)
      },
      (socket) => {
        if (instead.length > 0) tell(socket, 'entries', entriesOf(2, sealed, ...instead))
        else tell(socket, 'entries', entriesOf(2, sealed, spoken(0n, 5n)))
      },
    )
    await expect(updates(3, 'accepted')).rejects.toThrow('ACCEPTED_REPLACED')
  })

  test('what is forgotten is given, and is watched no more', async () => {
    answer((socket) => tell(socket, 'forgotten', { bucket, after: 3n }))
    expect(await updates(1, 'sealed')).toEqual([{ kind: 'forgotten', bucket, after: 3n }])
  })
})
