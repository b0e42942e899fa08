import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeServerRecord, feedLevels } from '@parley/api'
import { systemClock } from '@parley/runtime'
import { describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { climb } from '../../src/bench/dau/climb.ts'
import { dayLoad } from '../../src/bench/dau/day-load.ts'
import type { DayPlan, DayResult } from '../../src/bench/dau/day-plan.ts'
import { mixes, perUserAndDay, perUserDay, ratesOf } from '../../src/bench/dau/mix.ts'

const { xmtp } = mixes

describe('mix', () => {
  test('mix › its calls are those of a day, and who polls asks what it says', () => {
    expect(xmtp.calls.reduce((sum, each) => sum + each.perUserDay, 0)).toBeCloseTo(470, 0)
    expect(perUserDay(xmtp, 'polling')).toEqual({ l2: 305.5, page: 65.8, changes: 14.1, feed: 70.5, message: 14.1 })
  })

  test('mix › who is told asks once whenever it wakes, and reads a page for each message', () => {
    expect(perUserDay(xmtp, 'told')).toEqual({ l2: 305.5, page: 14.1, changes: 14.1, feed: 14.1, message: 14.1 })
  })

  test('mix › at the busiest time it is half as much again, and feeds are open as long as the application is', () => {
    const { pagesPerSecond, feedsOpen, messagesPerSecond } = ratesOf(xmtp, 86_400, 'polling')
    expect(pagesPerSecond).toBeCloseTo(65.8 * 1.5)
    expect(feedsOpen).toBe(Math.ceil(14.1 * 1.5 * 180))
    // What is counted at that rate comes back to what a user does in a day.
    expect(perUserAndDay(xmtp, messagesPerSecond * 20, 86_400, 20)).toBeCloseTo(14.1)
  })
})

describe('climb', () => {
  async function climbed(holdsTo: number, refinements: number) {
    const asked: number[] = []
    const measure = async (users: number) => {
      asked.push(users)
      return { users, holds: users <= holdsTo }
    }
    const measured = await climb({ users: [10_000, 20_000, 40_000], refinements }, measure)
    return { asked, measured: measured.map(({ users }) => users) }
  }

  test('climb › ends at the first number that does not hold, and looks between it and the last that did', async () => {
    expect(await climbed(22_000, 2)).toEqual({
      asked: [10_000, 20_000, 40_000, 30_000, 25_000],
      measured: [10_000, 20_000, 25_000, 30_000, 40_000],
    })
    expect((await climbed(27_000, 2)).asked).toEqual([10_000, 20_000, 40_000, 30_000, 25_000])
  })

  test('climb › looks below the first number when that does not hold, and nowhere when all do', async () => {
    expect((await climbed(6_000, 1)).asked).toEqual([10_000, 5_000])
    expect((await climbed(100_000, 2)).asked).toEqual([10_000, 20_000, 40_000])
  })
})

/** What a relay sends, once all feeds are open, and again when it is asked for. */
type Sent = readonly (readonly [feed: number, place: number, position: number])[]

const places = [
  [0, 5],
  [1, 6],
] as const

function frameOf(place: number, position: number): Uint8Array {
  const [shard, index] = places[place] as (typeof places)[number]
  const message = { member: 0, content: new Uint8Array(32), signature: new Uint8Array(64) }
  const entry = {
    position: BigInt(position),
    block: 1n,
    timestamp: 0n,
    forced: false,
    event: { selector: 0, value: message },
  }
  return encodeServerRecord('entries', {
    place: { shard, index },
    level: feedLevels.accepted,
    entries: [entry as never],
  })
}

/** Runs a plan against a relay that sends just this, and a node that answers everything, or nothing. */
async function day(plan: Partial<DayPlan>, sent: Sent, status = 200): Promise<DayResult> {
  const feeds: WebSocket[] = []
  const relay = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  relay.on('connection', (socket) => {
    feeds.push(socket)
    socket.on('message', () => socket.send(encodeServerRecord('caughtUp', { id: 1 })))
  })
  const node = createServer((request, response) => {
    request.resume().on('end', () => {
      const body = Buffer.alloc(48)
      response.writeHead(status, { 'content-length': body.length }).end(body)
    })
  })
  node.listen(0, '127.0.0.1')
  await Promise.all([once(node, 'listening'), once(relay, 'listening')])
  const urlOf = (address: unknown): string => `http://127.0.0.1:${(address as AddressInfo).port}`
  const whole: DayPlan = {
    nodeUrl: urlOf(node.address()),
    relayUrl: urlOf(relay.address()),
    places,
    placesPerUser: 2,
    feedsOpen: 2,
    perSecond: { pages: 50, changes: 20, feeds: 10 },
    lastsMs: 100,
    silenceMs: 20_000,
    messages: [0, 1, 0],
    ...plan,
  }
  const onOpen = (): void => {
    for (const [feed, place, position] of sent) feeds[feed]?.send(frameOf(place, position))
  }
  try {
    return await dayLoad({ clock: systemClock }, whole, onOpen, new AbortController().signal)
  } finally {
    for (const feed of relay.clients) feed.terminate()
    relay.close()
    node.closeAllConnections()
    node.close()
  }
}

describe('dayLoad', () => {
  // The first feed ends when another begins.
  const all: Sent = [0, 1].flatMap((feed) => [
    [feed, 0, 7],
    [feed, 1, 3],
    [feed, 0, 8],
  ])

  test('dayLoad › reads and begins feeds at the rates of its plan, and counts what came', async () => {
    const { delays, live, bytes, ...counted } = await day({}, all)
    expect([delays.pages.length, delays.changes.length, delays.feeds.length]).toEqual([5, 2, 1])
    expect(counted).toEqual({ expected: 3, lost: 0, doubled: 0, disordered: 0 })
    expect(new Set(live.map((entry) => entry.slice(0, 3).join('/')))).toEqual(new Set(['0/5/7', '1/6/3', '0/5/8']))
    // Seven answers of 48 bytes at the least, and the mutation of a feed.
    expect(bytes.reads).toBeGreaterThan(7 * 48)
    expect(bytes.feeds).toBeGreaterThan(2 * 21)
  })

  test('dayLoad › what comes twice or out of place is found', async () => {
    const { doubled, disordered } = await day({}, [...all, [1, 1, 3], [1, 0, 11]])
    expect({ doubled, disordered }).toEqual({ doubled: 1, disordered: 1 })
  })

  test('dayLoad › what never comes is lost, and nobody waits for it for ever', async () => {
    const { expected, lost } = await day({ silenceMs: 100, messages: [0, 1, 0, 1, 1] }, all)
    expect({ expected, lost }).toEqual({ expected: 5, lost: 2 })
  })

  test('dayLoad › a refusal ends the measurement, and so does a plan in which every feed ends', async () => {
    await expect(day({}, all, 429)).rejects.toMatchObject({ fault: { code: 'ANSWER_INVALID', reason: '429' } })
    await expect(day({ perSecond: { pages: 0, changes: 0, feeds: 30 } }, all)).rejects.toThrow(RangeError)
  })
})
