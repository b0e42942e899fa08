import {
  decodeServerFrame,
  encodeClientRecord,
  type FeedCursor,
  feedLevels,
  fromNow,
  type Mutation,
  type ServerRecord,
  type Watch,
} from '@parley/api'
import { afterEach, describe, expect, test } from 'vitest'
import {
  blockAt,
  endAll,
  eventually,
  type Harness,
  type HarnessOptions,
  postMessages,
  postOperation,
  startSequencer,
} from './support/harness.ts'
import { Listener } from './support/socket.ts'
import { deposit, named, Talk } from './support/world.ts'

afterEach(endAll)

const each: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 100 } }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

async function started(options: HarnessOptions = {}): Promise<{ harness: Harness; talks: Talk[] }> {
  const harness = await startSequencer({ ...each, ...options })
  harness.l2.enqueue(deposit(3))
  await eventually('deposit', async () => (await fetch(`${harness.url}/v1/accounts/3/0`)).ok || undefined)
  const talks = [new Talk(3, 0), new Talk(3, 1)]
  for (const { create } of talks) await postOperation(harness.url, create)
  return { harness, talks }
}

async function say({ url }: Harness, talk: Talk, ...texts: string[]): Promise<bigint> {
  const receipts = await postMessages(
    url,
    texts.map((text) => talk.say(text)),
  )
  const block = receipts.at(-1)!.block
  await eventually('block', () => blockAt(url, block))
  return block
}

class Feed {
  readonly listener: Listener

  constructor(url: string) {
    this.listener = new Listener(url, '/v1/feed')
  }

  static async open(url: string): Promise<Feed> {
    const feed = new Feed(url)
    await feed.listener.opened()
    return feed
  }

  get records(): ServerRecord[] {
    return this.listener.frames.flatMap((frame) => decodeServerFrame(frame))
  }

  mutate(change: Partial<Mutation>): void {
    const value = { id: 1, level: feedLevels.sealed, historyOnly: false, add: [], remove: [], ...change }
    this.listener.send(encodeClientRecord({ kind: 'mutate', value }))
  }

  watch(change: Partial<Watch>): void {
    const value = { id: 1, level: feedLevels.sealed, add: [], remove: [], ...change }
    this.listener.send(encodeClientRecord({ kind: 'watch', value }))
  }

  /** What was told, shortly: entries by the start of their content. */
  get told(): string[] {
    return this.records.map((record) => {
      if (record.kind === 'entries')
        return record.value.entries
          .map(({ position, event }) =>
            event.selector === 0 ? `${position} ${hex(event.value.content).slice(0, 8)}` : `${position} operation`,
          )
          .join(', ')
      if (record.kind === 'mutated' || record.kind === 'caughtUp') return `${record.kind} ${record.value.id}`
      if (record.kind === 'live') return `live ${record.value.places.map(({ index }) => index).join()}`
      if (record.kind === 'watching') return `watching ${record.value.buckets.map(({ prefix }) => prefix).join()}`
      if (record.kind === 'refused') return `refused ${new TextDecoder().decode(record.value.code)}`
      return record.kind
    })
  }

  async hears(text: string): Promise<void> {
    await eventually(text, () => this.told.includes(text) || undefined)
  }
}

const said = (position: number, text: string): string => `${position} ${hex(named(text)).slice(0, 8)}`
const cursor = (index: number, from = 0n, after = 0n): FeedCursor => ({ shard: 3, index, from, after })

describe('live feed', () => {
  test('tells of many conversations over one socket: history, then live, in order', async () => {
    const { harness, talks } = await started()
    const [a, b] = talks as [Talk, Talk]
    await say(harness, a, 'a0', 'a1')
    await say(harness, b, 'b0')
    const feed = await Feed.open(harness.url)
    feed.mutate({ add: [cursor(0), cursor(1, fromNow)] })
    await feed.hears('caughtUp 1')
    await say(harness, b, 'b1')
    await say(harness, a, 'a2')
    await feed.hears(said(2, 'a2'))
    const { told } = feed
    expect(told.slice(0, 2)).toEqual(['started', 'mutated 1'])
    expect(told.filter((each) => /^\d/.test(each))).toEqual([
      '0 operation',
      `${said(0, 'a0')}, ${said(1, 'a1')}`,
      said(1, 'b1'),
      said(2, 'a2'),
    ])
    expect(told.indexOf('live 1')).toBeLessThan(told.indexOf(said(1, 'b1')))
    expect(told.indexOf('live 0')).toBeGreaterThan(told.indexOf(`${said(0, 'a0')}, ${said(1, 'a1')}`))
  })

  test('a reader that says what block it has gets what followed, and nothing twice', async () => {
    const { harness, talks } = await started()
    const [a] = talks as [Talk]
    const block = await say(harness, a, 'a0')
    const feed = await Feed.open(harness.url)
    feed.mutate({ add: [cursor(0, 1n, block)] })
    await feed.hears('live 0')
    await say(harness, a, 'a1')
    await feed.hears(said(1, 'a1'))
    expect(feed.told).toEqual(['started', 'mutated 1', 'live 0', 'caughtUp 1', said(1, 'a1')])
  })

  test('after a mutation nothing of what was removed comes', async () => {
    const { harness, talks } = await started()
    const [a, b] = talks as [Talk, Talk]
    const feed = await Feed.open(harness.url)
    feed.mutate({ add: [cursor(0, fromNow), cursor(1, fromNow)] })
    await feed.hears('live 0,1')
    feed.mutate({ id: 2, remove: [{ shard: 3, index: 0 }] })
    await feed.hears('mutated 2')
    await say(harness, a, 'a0')
    await say(harness, b, 'b0')
    await feed.hears(said(0, 'b0'))
    expect(feed.told).not.toContain(said(0, 'a0'))
  })

  test('one that cannot have been accepted is refused, and the others are followed', async () => {
    const { harness } = await started()
    const feed = await Feed.open(harness.url)
    feed.mutate({ add: [cursor(100_000), cursor(0, fromNow)] })
    await feed.hears('live 0')
    expect(feed.told).toContain('refused CONVERSATION_UNKNOWN')
  })

  test('more than a socket, or an address, may follow is refused whole, until others are removed', async () => {
    const { harness } = await started({ http: { maxSubscriptionsPerFeed: 2, maxSubscriptionsPerAddress: 3 } })
    const feed = await Feed.open(harness.url)
    feed.mutate({ add: [0, 1, 2].map((index) => cursor(index, fromNow)) })
    await feed.hears('refused SUBSCRIPTIONS_EXCEEDED')
    feed.mutate({ add: [0, 1].map((index) => cursor(index, fromNow)) })
    await feed.hears('live 0,1')
    const other = await Feed.open(harness.url)
    other.mutate({ add: [0, 1].map((index) => cursor(index, fromNow)) })
    await other.hears('refused SUBSCRIPTIONS_EXCEEDED')
    feed.listener.close()
    await feed.listener.ended()
    await eventually('room', async () => {
      other.mutate({ add: [0, 1].map((index) => cursor(index, fromNow)) })
      return other.told.includes('live 0,1') || undefined
    })
  })

  test('pings are answered with the head', async () => {
    const { harness, talks } = await started()
    const block = await say(harness, talks[0]!, 'a0')
    const feed = await Feed.open(harness.url)
    feed.listener.send(encodeClientRecord({ kind: 'ping', value: { id: 9 } }))
    await feed.hears('pong')
    expect(feed.records.at(-1)).toEqual({ kind: 'pong', value: { id: 9, head: block } })
  })

  test.each([
    ['text', 'hello', 4400, 'CONTENT_TYPE'],
    ['junk', new Uint8Array([7, 7]), 4400, 'BODY_MALFORMED'],
    ['a shard that is none', mutationOf({ shard: 64, index: 0 }), 4400, 'FIELD_INVALID'],
  ])('%s closes it', async (_, sent, code, reason) => {
    const { harness } = await started()
    const feed = await Feed.open(harness.url)
    feed.listener.send(sent)
    expect(await feed.listener.ended()).toEqual({ code, reason })
  })

  test('a client that sends more than its quota is closed with 4429', async () => {
    const { harness } = await started({ http: { quotaBurst: 5_000, quotaPerSecond: 1 } })
    const feed = await Feed.open(harness.url)
    const add = Array.from({ length: 4_000 }, (_, index) => cursor(index, fromNow))
    for (let i = 0; i < 3; i += 1) feed.mutate({ add })
    expect(await feed.listener.ended()).toEqual({ code: 4429, reason: 'QUOTA_EXCEEDED' })
  })

  test('level accepted › tells what is durable, then that its block is sealed, and sends nothing twice', async () => {
    const { harness, talks } = await started({ sealing: { minAgeMs: 250, minOperations: 1_000, maxWaitMs: 1_500 } })
    const [a] = talks as [Talk]
    const feed = await Feed.open(harness.url)
    feed.mutate({ level: feedLevels.accepted, add: [cursor(0)] })
    await feed.hears('live 0')
    await postMessages(harness.url, [a.say('a0')])
    await eventually('what is accepted', () => entriesOf(feed).length === 2 || undefined)
    const late = await Feed.open(harness.url)
    late.mutate({ level: feedLevels.accepted, add: [cursor(0)] })
    await eventually('what is accepted', () => entriesOf(late).length === 2 || undefined)
    const block = await say(harness, a, 'a1')
    for (const each of [feed, late])
      await eventually('the last block', () => sealedBlocks(each).includes(block) || undefined)
    const sealed = (await blockAt(harness.url, block))!
    for (const each of [feed, late]) {
      const entries = entriesOf(each)
      expect(entries.map(({ position }) => position)).toEqual([0n, 0n, 1n])
      expect(entries.slice(1).map(({ level }) => level)).toEqual([feedLevels.accepted, feedLevels.accepted])
      expect(entries.at(-1)).toMatchObject({ block, timestamp: sealed.block.header.timestamp })
      const told = each.records.findLast(({ kind }) => kind === 'sealed')!
      expect(told.value).toEqual({ header: sealed.block.header, signature: sealed.signature })
    }
  })

  test('a bucket › gives all of its conversations and no others, and history by block', async () => {
    const { harness, talks } = await started()
    const [a, b] = talks as [Talk, Talk]
    const first = await say(harness, a, 'a0')
    await say(harness, b, 'b0')
    const feed = await Feed.open(harness.url)
    feed.watch({ add: [{ shard: 3, bits: 1, prefix: 1, after: first }] })
    await feed.hears('watching 1')
    await say(harness, a, 'a1')
    await say(harness, b, 'b1')
    await feed.hears(said(1, 'b1'))
    expect(feed.told.filter((text) => /^\d/.test(text))).toEqual([said(0, 'b0'), said(1, 'b1')])
    const shard = await Feed.open(harness.url)
    shard.watch({ level: feedLevels.accepted, add: [{ shard: 3, bits: 0, prefix: 0, after: 0n }] })
    await shard.hears(said(1, 'b1'))
    expect(shard.told.filter((text) => /^\d/.test(text))).toHaveLength(6)
  })

  test.each([
    [{ shard: 64, bits: 0, prefix: 0 }],
    [{ shard: 1, bits: 33, prefix: 0 }],
    [{ shard: 1, bits: 2, prefix: 4 }],
  ])('a bucket that cannot be, %o, ends it with 4400', async (bucket) => {
    const { harness } = await started()
    const feed = await Feed.open(harness.url)
    feed.watch({ add: [{ ...bucket, after: 0n }] })
    expect(await feed.listener.ended()).toEqual({ code: 4400, reason: 'FIELD_INVALID' })
  })
})

function mutationOf(place: { readonly shard: number; readonly index: number }): Uint8Array {
  const add = [{ ...place, from: 0n, after: 0n }]
  const value = { id: 1, level: feedLevels.sealed, historyOnly: false, add, remove: [] }
  return encodeClientRecord({ kind: 'mutate', value })
}

type Entries = (ServerRecord & { readonly kind: 'entries' })['value']

function entriesOf(feed: Feed): (Entries['entries'][number] & { readonly level: number })[] {
  return feed.records.flatMap(({ kind, value }) =>
    kind === 'entries' ? value.entries.map((entry) => ({ ...entry, level: value.level })) : [],
  )
}

const sealedBlocks = (feed: Feed): bigint[] =>
  feed.records.flatMap(({ kind, value }) => (kind === 'sealed' ? [value.header.number] : []))
