import { connect } from 'node:net'
import { type SealedBlock, SealedBlockType } from '@parley/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import {
  blockAt,
  endAll,
  eventually,
  type Harness,
  type HarnessOptions,
  postMessages,
  postOperation,
  receiptsOf,
  startSequencer,
} from './support/harness.ts'
import { Listener } from './support/socket.ts'
import { body, deposit, Talk } from './support/world.ts'

afterEach(endAll)

const each: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 100 } }

async function started(options: HarnessOptions = {}): Promise<{ harness: Harness; talk: Talk }> {
  const harness = await startSequencer({ ...each, ...options })
  harness.l2.enqueue(deposit(3))
  await eventually('deposit', async () => (await fetch(`${harness.url}/v1/accounts/3/0`)).ok || undefined)
  const talk = new Talk(3, 0)
  await postOperation(harness.url, talk.create)
  return { harness, talk }
}

/** Sends a message and waits for its block. */
async function sealOne({ url }: Harness, talk: Talk, text: string): Promise<SealedBlock> {
  const [receipt] = await postMessages(url, [talk.say(text)])
  return eventually('block', () => blockAt(url, receipt!.block))
}

const blocksIn = (frames: readonly Uint8Array[]): bigint[] =>
  frames.map((frame) => (SealedBlockType.deserialize(frame) as SealedBlock).block.header.number)

describe('block feed', () => {
  test('gives blocks from where it is asked, without gaps, and goes on with new ones', async () => {
    const { harness, talk } = await started()
    const { block } = await sealOne(harness, talk, 'a')
    const last = block.header.number
    const listener = await new Listener(harness.url, '/v1/feed/blocks?from=1').opened()
    const numbers = Array.from({ length: Number(last) }, (_, i) => BigInt(i + 1))
    expect(blocksIn(await listener.heard(Number(last)))).toEqual(numbers)
    await sealOne(harness, talk, 'b')
    expect(blocksIn(await listener.heard(Number(last) + 1)).at(-1)).toBe(last + 1n)
    expect(JSON.parse(listener.texts[0]!)).toEqual({ head: String(last) })
    const resumed = await new Listener(harness.url, `/v1/feed/blocks?from=${last + 1n}`).opened()
    expect(await resumed.heard(1)).toEqual(listener.frames.slice(-1))
  })

  test('begins with the next block when not told otherwise, and waits for one far ahead', async () => {
    const { harness, talk } = await started()
    const { block } = await sealOne(harness, talk, 'a')
    const head = block.header.number
    const next = await new Listener(harness.url, '/v1/feed/blocks').opened()
    const later = await new Listener(harness.url, `/v1/feed/blocks?from=${head + 2n}`).opened()
    await sealOne(harness, talk, 'b')
    await sealOne(harness, talk, 'c')
    expect(blocksIn(await next.heard(2))).toEqual([head + 1n, head + 2n])
    expect(blocksIn(await later.heard(1))).toEqual([head + 2n])
  })

  test.each(['?from=x', '?from=-1', '?from=01', '?to=3', '?from=18446744073709551616'])(
    '%s is refused before the upgrade',
    async (query) => {
      const { harness } = await started()
      await expect(new Listener(harness.url, `/v1/feed/blocks${query}`).opened()).rejects.toThrow('refused')
    },
  )

  test('more feeds than allowed are refused, until one ends', async () => {
    const { harness } = await started({ http: { maxBlockFeeds: 1 } })
    const first = await new Listener(harness.url, '/v1/feed/blocks').opened()
    await expect(new Listener(harness.url, '/v1/feed/blocks').opened()).rejects.toThrow('refused')
    first.close()
    await first.ended()
    await eventually('room', () => new Listener(harness.url, '/v1/feed/blocks').opened().catch(() => undefined))
  })

  test('one address has a share of the feeds, and a refused upgrade gives its place back', async () => {
    const { harness } = await started({ http: { maxBlockFeeds: 8 } })
    const feeds = await Promise.all(
      Array.from({ length: 5 }, () => new Listener(harness.url, '/v1/feed/blocks').opened().catch(() => undefined)),
    )
    expect(feeds.filter((feed) => feed !== undefined)).toHaveLength(2)
    for (const feed of feeds) feed?.close()
    for (let i = 0; i < 3; i += 1)
      await expect(new Listener(harness.url, '/v1/feed/blocks?from=x').opened()).rejects.toThrow('refused')
    await eventually('room', () => new Listener(harness.url, '/v1/feed/blocks').opened().catch(() => undefined))
  })

  test('readers that have taken every place leave those of block feeds alone', async () => {
    const { harness } = await started({ http: { maxFeeds: 1 } })
    await new Listener(harness.url, '/v1/feed').opened()
    await expect(new Listener(harness.url, '/v1/feed').opened()).rejects.toThrow('refused')
    await new Listener(harness.url, '/v1/feed/blocks').opened()
  })

  test('stopping closes it with 1001', async () => {
    const { harness } = await started()
    const listener = await new Listener(harness.url, '/v1/feed/blocks').opened()
    await harness.end()
    expect(await listener.ended()).toMatchObject({ code: 1001 })
  })
})

describe('stream', () => {
  test('answers each frame in the order sent', async () => {
    const { harness, talk } = await started()
    const stream = await new Listener(harness.url, '/v1/stream').opened()
    for (const frame of [[talk.say('a')], [talk.say('b'), talk.signed('junk', 1, 9n)], [talk.say('c')]])
      stream.send(body(frame))
    const answers = (await stream.heard(3)).map((frame) =>
      receiptsOf(frame).map(({ refusal, value }) => [refusal, value]),
    )
    expect(answers).toEqual([
      [[0, 0n]],
      [
        [0, 1n],
        [6, 1n],
      ],
      [[0, 2n]],
    ])
  })

  test('waits by not reading when the sequencer is full, and loses nothing', async () => {
    const { harness, talk } = await started({ load: { maxUnanswered: 2 }, http: { maxMessages: 4 } })
    const stream = await new Listener(harness.url, '/v1/stream').opened()
    const count = 40
    for (let i = 0; i < count; i += 1) stream.send(body([talk.say(`m${i}`)]))
    const answers = (await stream.heard(count)).map((frame) => receiptsOf(frame)[0])
    expect(answers.map((receipt) => receipt!.value)).toEqual(Array.from({ length: count }, (_, i) => BigInt(i)))
  })

  test.each<[string, Uint8Array | string, string]>([
    ['text', 'hello', 'CONTENT_TYPE'],
    ['part of a message', new Uint8Array(110), 'BODY_SIZE'],
    ['nothing', new Uint8Array(0), 'BODY_SIZE'],
  ])('%s closes it with 4400', async (_, frame, reason) => {
    const { harness } = await started()
    const stream = await new Listener(harness.url, '/v1/stream').opened()
    stream.send(frame)
    expect(await stream.ended()).toEqual({ code: 4400, reason })
  })

  test.each([
    [1_024, 4_400],
    [1_025, 1_008],
  ])('a frame of %i fragments, which is no message, closes it with %i', async (fragments, code) => {
    const { harness } = await started()
    const socket = connect(Number(new URL(harness.url).port), '127.0.0.1')
    let received = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
    })
    socket.write(
      'GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await eventually('upgrade', () => received.includes('\r\n\r\n') || undefined)
    received = Buffer.alloc(0)
    // One masked byte each: the first says binary, the last that it is whole.
    for (let i = 0; i < fragments; i += 1) {
      const head = (i === fragments - 1 ? 0x80 : 0) | (i === 0 ? 2 : 0)
      socket.write(Uint8Array.of(head, 0x81, 0, 0, 0, 0, 7))
    }
    const close = await eventually('close', () => (received[0] === 0x88 ? received : undefined))
    expect(close.readUInt16BE(2)).toBe(code)
    socket.destroy()
  })

  test('junk signatures use up the quota a hundredfold and close it with 4429', async () => {
    const { harness, talk } = await started({ http: { quotaBurst: 10_000, quotaPerSecond: 1 } })
    const stream = await new Listener(harness.url, '/v1/stream').opened()
    const junk = { ...talk.signed('junk', 0, 1n), signature: new Uint8Array(64).fill(1) }
    stream.send(body(Array.from({ length: 95 }, () => junk)))
    expect(receiptsOf((await stream.heard(1))[0]!)[0]!.refusal).toBe(19)
    stream.send(body(Array.from({ length: 500 }, () => junk)))
    expect(await stream.ended()).toEqual({ code: 4429, reason: 'QUOTA_EXCEEDED' })
  })
})
