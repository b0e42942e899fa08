import { setTimeout as sleep } from 'node:timers/promises'
import { encodeClientRecord, feedLevels, feedRoutes } from '@parley/api'
import { frame, get, post, type RawClients, upgrade } from './raw-client.ts'

export type Target = 'sequencer' | 'node' | 'da' | 'batcher'

/** Paths whose answers are large. */
export interface Places {
  readonly large: Readonly<Record<Target, string>>
}

export interface Attack {
  readonly name: string
  readonly target: Target
  /** What the report called it. */
  readonly about: string
  /** Whether sockets must be given back while the attacker still holds its ends of them. */
  readonly holds?: boolean
  /** Attacks until `signal`. */
  readonly run: (clients: RawClients, places: Places, signal: AbortSignal) => Promise<void>
}

const octets = 'application/octet-stream'
const json = 'application/json'

async function until(signal: AbortSignal): Promise<void> {
  // Ends by its signal, which is how an attack ends.
  await sleep(3_600_000, undefined, { signal }).catch(() => undefined)
}

/** Requests sent ahead on few connections that read nothing. */
const pipelined = (target: Target, connections: number, requests: number): Attack => ({
  name: `pipelined-reads-${target}`,
  target,
  about: 'F1',
  async run(clients, places, signal) {
    const text = get(places.large[target], `Accept: ${octets}\r\n`).repeat(requests)
    for (let i = 0; i < connections; i += 1) void clients.send(clients.open({ reads: false }), text)
    await until(signal)
  },
})

/** The same body again and again on a few connections, answer by answer. */
const bodies = (name: string, about: string, path: string, type: string, body: () => Buffer): Attack => ({
  name,
  target: 'sequencer',
  about,
  async run(clients, _, signal) {
    const bytes = body()
    const ended = until(signal)
    const request = Buffer.concat([Buffer.from(post(path, type, bytes.length)), bytes])
    const again = async (): Promise<void> => {
      while (!signal.aborted) {
        const socket = clients.open()
        const answered = new Promise<void>((resolve) => {
          socket.once('data', () => resolve())
          socket.once('close', () => resolve())
        })
        await Promise.race([Promise.all([clients.send(socket, request), answered]), ended])
        socket.destroy()
      }
    }
    await Promise.all([again(), again(), again(), again()])
  },
})

/** Many connections that send a beginning and then a byte a second. */
const trickle = (name: string, about: string, target: Target, count: number, beginning: string): Attack => ({
  name,
  target,
  about,
  async run(clients, _, signal) {
    for (let i = 0; i < count; i += 1) void clients.send(clients.open(), beginning)
    while (!signal.aborted) {
      await sleep(1_000)
      for (const socket of clients.sockets) void clients.send(socket, 'a')
    }
  },
})

const idle = (target: Target, count: number): Attack => ({
  name: `idle-connections-${target}`,
  target,
  about: 'F6',
  async run(clients, _, signal) {
    for (let i = 0; i < count && !signal.aborted; i += 1) {
      clients.open()
      if (i % 200 === 199) await sleep(20)
    }
    await until(signal)
  },
})

const halfClosed = (target: Target): Attack => ({
  name: `sockets-after-408-${target}`,
  target,
  about: 'F5',
  holds: true,
  async run(clients, _, signal) {
    const beginnings = ['', 'GET /healthz HT', '\x16\x03\x01 hello\r\n\r\n']
    for (let i = 0; i < 60; i += 1) void clients.send(clients.open({ keepsItsSide: true }), beginnings[i % 3] ?? '')
    await until(signal)
  },
})

const pings: Attack = {
  name: 'ping-flood',
  target: 'sequencer',
  about: 'F4',
  async run(clients, _, signal) {
    const ended = until(signal)
    const burst = Buffer.concat(Array.from({ length: 500 }, () => frame(9, Buffer.alloc(125))))
    const flood = async (): Promise<void> => {
      const socket = clients.open({ reads: false })
      await clients.send(socket, upgrade('/v1/stream'))
      await sleep(500)
      while (!signal.aborted && socket.writable) {
        await Promise.race([clients.send(socket, burst), ended])
        await sleep(20)
      }
    }
    await Promise.all(Array.from({ length: 20 }, flood))
  },
}

const fragments: Attack = {
  name: 'fragments',
  target: 'sequencer',
  about: '10',
  async run(clients, _, signal) {
    const ended = until(signal)
    const more = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0, Buffer.alloc(1), false)))
    while (!signal.aborted) {
      const socket = clients.open()
      await clients.send(socket, upgrade('/v1/stream'))
      await sleep(300)
      await clients.send(socket, frame(2, Buffer.alloc(1), false))
      while (!signal.aborted && socket.writable) await Promise.race([clients.send(socket, more), ended])
    }
  },
}

/** Feeds of one address, as many as it can get. */
const feeds = (name: string, about: string, path: string, count: number, reads: boolean): Attack => ({
  name,
  target: 'sequencer',
  about,
  async run(clients, _, signal) {
    for (let i = 0; i < count; i += 1) void clients.send(clients.open({ reads }), upgrade(path))
    await until(signal)
  },
})

/** Feeds that ask for the history of as many conversations as a frame below 64 KiB names, again and again. */
const manyHistories: Attack = {
  name: 'many-histories',
  target: 'sequencer',
  about: 'F13',
  async run(clients, _, signal) {
    const ended = until(signal)
    const add = Array.from({ length: 3_000 }, (_each, index) => ({
      shard: 0,
      index,
      from: 0n,
      after: 0n,
    }))
    const value = { id: 1, level: feedLevels.sealed, historyOnly: false, add, remove: [] }
    const mutation = frame(2, Buffer.from(encodeClientRecord({ kind: 'mutate', value })))
    const ask = async (): Promise<void> => {
      const socket = clients.open()
      await clients.send(socket, upgrade(feedRoutes.live.path))
      await sleep(500)
      while (!signal.aborted && socket.writable) {
        await Promise.race([clients.send(socket, mutation), ended])
        await sleep(20)
      }
    }
    await Promise.all(Array.from({ length: 100 }, ask))
  },
}

const endlessBodies: Attack = {
  name: 'endless-bodies',
  target: 'sequencer',
  about: '5',
  async run(clients, _, signal) {
    const head = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: ${json}\r\nTransfer-Encoding: chunked\r\n\r\n`
    const ended = until(signal)
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const flood = async (): Promise<void> => {
      while (!signal.aborted) {
        const socket = clients.open()
        await clients.send(socket, head)
        while (!signal.aborted && socket.writable) {
          await Promise.race([clients.send(socket, chunk), ended])
          await sleep(20)
        }
        await sleep(50)
      }
    }
    await Promise.all(Array.from({ length: 20 }, flood))
  },
}

const manyPings: Attack = {
  name: 'pipelined-health',
  target: 'sequencer',
  about: '8',
  async run(clients, _, signal) {
    await clients.send(clients.open(), get('/healthz').repeat(20_000))
    await until(signal)
  },
}

const stalledHead = post('/v1/messages', octets, 454_656)

/** Every attack of the report that a running process must bear. */
export const attacks: readonly Attack[] = [
  pipelined('sequencer', 4, 1_800),
  pipelined('node', 4, 600),
  pipelined('da', 60, 400),
  bodies('json-brackets', 'F2', '/v1/messages', json, () => Buffer.from('['.repeat(1_300_000) + ']'.repeat(1_300_000))),
  bodies('json-within-the-bound', 'F2', '/v1/messages', json, () =>
    Buffer.from('['.repeat(32_000) + ']'.repeat(32_000)),
  ),
  bodies('long-field', 'F12', '/v1/messages', json, () => Buffer.from(`[{"${'x'.repeat(60_000)}":1}]`)),
  trickle('slow-heads', '3', 'sequencer', 300, 'GET /healthz HTTP/1.1\r\nHost: x\r\nx: '),
  trickle('stalled-bodies', 'F3', 'sequencer', 300, stalledHead),
  trickle('held-bodies', 'F3', 'sequencer', 200, stalledHead + 'x'.repeat(400_000)),
  pings,
  fragments,
  halfClosed('sequencer'),
  halfClosed('node'),
  halfClosed('da'),
  halfClosed('batcher'),
  idle('sequencer', 10_100),
  idle('node', 5_000),
  idle('da', 300),
  feeds('all-feeds', 'F6', '/v1/feed/blocks', 1_500, true),
  feeds('feeds-that-read-nothing', '12', '/v1/feed/blocks?from=1', 300, false),
  manyHistories,
  endlessBodies,
  manyPings,
]
