import type { ConversationStart, ConversationsFeed, FeedUpdate } from '@parley/client'
import { type ConversationEntry, ConversationEventKind } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { SharedFeed } from '../../src/chain/shared-feed.ts'
import { messagingLimits } from '../../src/limits.ts'
import type { Place } from '../../src/ports/log.ts'

const [one, two] = [
  { shard: 0, index: 1 },
  { shard: 0, index: 2 },
] as const

/** A connection whose updates are given by hand. */
class Connection implements ConversationsFeed {
  readonly added: ConversationStart[] = []
  readonly removed: Place[] = []
  readonly isOpen = true
  readonly signal: AbortSignal
  /** Is received just before a conversation is left. */
  lastly: FeedUpdate | undefined
  private readonly updates: FeedUpdate[] = []
  private failure: unknown
  private wake = (): void => undefined

  constructor(starts: readonly ConversationStart[], signal: AbortSignal) {
    this.added.push(...starts)
    this.signal = signal
    signal.addEventListener('abort', () => this.fail(signal.reason))
  }

  add(starts: readonly ConversationStart[]): void {
    this.added.push(...starts)
  }

  remove(places: readonly Place[]): void {
    this.removed.push(...places)
    if (this.lastly !== undefined) this.give(this.lastly)
  }

  cursors() {
    return []
  }

  give(...updates: readonly FeedUpdate[]): void {
    this.updates.push(...updates)
    this.wake()
  }

  fail(error: unknown): void {
    this.failure = error
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FeedUpdate> {
    for (;;) {
      const update = this.updates.shift()
      if (update !== undefined) yield update
      else if (this.failure !== undefined) throw this.failure
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
    }
  }
}

/** A feed with its connections, the first first. */
function shared() {
  const connections: Connection[] = []
  const feed = new SharedFeed({
    followMany: (starts, signal) => {
      const made = new Connection(starts, signal)
      connections.push(made)
      return made
    },
  })
  const stop = new AbortController()
  const read = (place: Place, from = 0n) => feed.read({ ...place, from }, stop.signal)
  return { connections, read }
}

function entriesOf(place: Place, first: number, count = 1): FeedUpdate {
  const entries = Array.from({ length: count }, (_, i) => ({
    position: BigInt(first + i),
    block: BigInt(first + i + 10),
    event: { selector: ConversationEventKind.message },
  }))
  return { kind: 'entries', place, level: 'sealed', entries: entries as unknown as ConversationEntry[] }
}

const updateOf = async (read: AsyncGenerator<FeedUpdate, void>): Promise<FeedUpdate | undefined> =>
  (await read.next()).value ?? undefined

test('shared feed › reads all conversations over one connection, each by itself', async () => {
  const { connections, read } = shared()
  const [first, second] = [read(one), read(two, 5n)]
  const [a, b] = [updateOf(first), updateOf(second)]
  const [connection] = connections as [Connection]
  const live: FeedUpdate = { kind: 'live', places: [one, two] }
  connection.give(entriesOf(two, 5), live, entriesOf(one, 0))
  expect([await b, await updateOf(second)]).toEqual([entriesOf(two, 5), live])
  expect([await a, await updateOf(first)]).toEqual([live, entriesOf(one, 0)])
  expect(connections).toHaveLength(1)
  expect(connection.added).toEqual([
    { ...one, from: 0n },
    { ...two, from: 5n },
  ])
})

test('shared feed › what is read twice at once is read over a connection of its own', async () => {
  const { connections, read } = shared()
  const [first, again] = [updateOf(read(one, 7n)), updateOf(read(one))]
  connections[1]?.give(entriesOf(one, 0))
  expect(await again).toEqual(entriesOf(one, 0))
  connections[0]?.give(entriesOf(one, 7))
  expect(await first).toEqual(entriesOf(one, 7))
  expect(connections).toHaveLength(2)
})

test('shared feed › its connection ends with its last reader, and another one begins with the next', async () => {
  const { connections, read } = shared()
  const readers = [read(one), read(two)]
  const begun = readers.map(updateOf)
  connections[0]?.give({ kind: 'live', places: [one, two] })
  await Promise.all(begun)
  await readers[0]?.return()
  expect(connections[0]?.removed).toEqual([one])
  expect(connections[0]?.signal.aborted).toBe(false)
  await readers[1]?.return()
  expect(connections[0]?.signal.aborted).toBe(true)
  const next = updateOf(read(one))
  connections[1]?.give(entriesOf(one, 0))
  expect(await next).toEqual(entriesOf(one, 0))
})

test('shared feed › who reads again is given nothing that was received for the reading before', async () => {
  const { connections, read } = shared()
  const [other, before] = [read(two), read(one, 8n)]
  const begun = [updateOf(other), updateOf(before)]
  const [connection] = connections as [Connection]
  connection.give({ kind: 'live', places: [one, two] })
  await Promise.all(begun)
  connection.lastly = entriesOf(one, 8)
  await before.return()
  const again = updateOf(read(one))
  await expect.poll(() => connection.added.length).toBe(3)
  connection.give(entriesOf(one, 0))
  expect(await again).toEqual(entriesOf(one, 0))
})

test('shared feed › who is slow is sent the rest later, and keeps nobody waiting', async () => {
  const { connections, read } = shared()
  const [slow, quick] = [read(one), read(two)]
  const begun = [updateOf(slow), updateOf(quick)]
  const [connection] = connections as [Connection]
  connection.give({ kind: 'live', places: [one, two] })
  await Promise.all(begun)
  const { readAhead } = messagingLimits
  connection.give(entriesOf(one, 0, readAhead - 1), entriesOf(one, readAhead - 1), entriesOf(one, readAhead))
  connection.give(entriesOf(two, 0))
  expect(await updateOf(quick)).toEqual(entriesOf(two, 0))
  expect(connection.removed).toEqual([one])
  expect(await updateOf(slow)).toEqual(entriesOf(one, 0, readAhead - 1))
  expect(await updateOf(slow)).toEqual(entriesOf(one, readAhead - 1))
  expect(await updateOf(slow)).toEqual({ kind: 'behind', place: one, from: BigInt(readAhead) })
  const rest = updateOf(slow)
  await expect
    .poll(() => connection.added.slice(2))
    .toEqual([{ ...one, from: BigInt(readAhead), after: BigInt(readAhead + 9) }])
  connection.give(entriesOf(one, readAhead))
  expect(await rest).toEqual(entriesOf(one, readAhead))
})

test('shared feed › what ends the connection ends all readings, behind what came before', async () => {
  const { connections, read } = shared()
  const readers = [read(one), read(two)]
  const begun = readers.map(updateOf)
  const [connection] = connections as [Connection]
  connection.give(entriesOf(one, 0))
  connection.fail(new Error('cut'))
  expect(await begun[0]).toEqual(entriesOf(one, 0))
  await expect(begun[1]).rejects.toThrow('cut')
  await expect(readers[0]?.next()).rejects.toThrow('cut')
  const next = updateOf(read(one))
  connections[1]?.give(entriesOf(one, 0))
  expect(await next).toEqual(entriesOf(one, 0))
})
