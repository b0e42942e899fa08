import { EventEmitter } from 'node:events'
import type { WebSocket } from '@fastify/websocket'
import { Share } from '@parley/api/server'
import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { Connection } from '../src/socket/connection.ts'
import { sendingFrom } from '../src/socket/sending.ts'

/** A socket whose bytes leave when they are told to. */
class StuckSocket extends EventEmitter {
  readonly log: string[] = []
  private readonly waiting: (() => void)[] = []

  send(data: Uint8Array | string, sent?: () => void): void {
    this.log.push(typeof data === 'string' ? data : `${data.length} bytes`)
    if (sent !== undefined) this.waiting.push(sent)
  }

  flush(): void {
    for (const sent of this.waiting.splice(0)) sent()
  }

  private pings = 0

  ping(): void {
    this.pings += 1
    this.log.push('ping')
  }

  /** What the other side answers to the last ping. */
  answerPing(): void {
    this.emit('pong', Buffer.from(String(this.pings)))
  }

  pong(_data: Buffer, _mask: boolean, sent: () => void): void {
    this.log.push('pong')
    this.waiting.push(sent)
  }

  readonly OPEN = 1
  readonly readyState = 1

  close(code: number, reason: string): void {
    this.log.push(`close ${code} ${reason}`)
  }

  terminate(): void {
    this.log.push('terminate')
    this.emit('close')
  }
}

const options = { heartbeatMs: 100, maxBufferedBytes: 10, slowReaderMs: 1_000 }

function setUp(greeting?: () => string) {
  const socket = new StuckSocket()
  const clock = new ManualClock()
  const unsent = new Share({ maximum: 1_000, perSource: 1_000 })
  const place = { socket: socket as unknown as WebSocket, unsent, source: '192.0.2.1' }
  const connection = new Connection({ ...place, clock, greeting }, options)
  return { socket, clock, connection, unsent }
}

/** Lets everything run that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('connection › sends while there is room, then waits for it', async () => {
  const { socket, connection } = setUp()
  await connection.send(new Uint8Array(10))
  let sent = false
  const second = connection.send(new Uint8Array(1)).then(() => {
    sent = true
  })
  await settle()
  expect(sent).toBe(false)
  socket.flush()
  await second
  expect(socket.log).toEqual(['10 bytes', '1 bytes'])
})

test('connection › a feed to a slow reader ends and says where to resume', async () => {
  const { socket, clock, connection } = setUp()
  let next = 7n
  const feed = sendingFrom(
    connection,
    () => next,
    async () => {
      for (;;) {
        await connection.send(new Uint8Array(6))
        next += 1n
      }
    },
  )
  for (let ms = 0; ms < 1_100; ms += 50) {
    socket.answerPing()
    clock.advance(50)
    await settle()
  }
  await feed
  expect(socket.log).toContain('close 4408 from 8')
  clock.advance(5_000)
  await settle()
  expect(socket.log.at(-1)).toBe('terminate')
})

test('connection › pings with a greeting, and ends when no ping was answered', async () => {
  const { socket, clock, connection } = setUp(() => 'hello')
  clock.advance(100)
  await settle()
  expect(socket.log).toEqual(['hello', 'ping', 'hello'])
  socket.answerPing()
  clock.advance(100)
  await settle()
  expect(connection.signal.aborted).toBe(false)
  clock.advance(100)
  await settle()
  expect(socket.log.at(-1)).toBe('terminate')
  expect(connection.signal.aborted).toBe(true)
})

test('connection › a pong that answers no ping of this round is no life', async () => {
  const { socket, clock, connection } = setUp()
  for (let round = 0; round < 2; round += 1) {
    socket.emit('pong', Buffer.from('junk'))
    clock.advance(100)
    await settle()
  }
  expect(connection.signal.aborted).toBe(true)
})

test('connection › pings that come before an answer has left are answered once', () => {
  const { socket } = setUp()
  for (let i = 0; i < 1_000; i += 1) socket.emit('ping', Buffer.alloc(125))
  expect(socket.log).toEqual(['pong'])
  socket.flush()
  expect(socket.log).toEqual(['pong', 'pong'])
  socket.flush()
  expect(socket.log).toEqual(['pong', 'pong'])
})

test('connection › waits for its own bytes when those of all feeds of the address are too many', async () => {
  const { socket, connection, unsent } = setUp()
  unsent.add('192.0.2.1', 1_000)
  const sending = connection.send(new Uint8Array(1))
  let sent = false
  const first = sending.then(() => {
    sent = true
  })
  await settle()
  expect(sent).toBe(false)
  socket.flush()
  await first
  expect(unsent.total).toBe(1_000)
})

test('connection › gives back what it had not sent when it ends', async () => {
  const { socket, connection, unsent } = setUp()
  await connection.send(new Uint8Array(9))
  expect(unsent.total).toBe(9)
  socket.terminate()
  socket.flush()
  expect(unsent.total).toBe(0)
})

test('connection › bytes that leave count as life', async () => {
  const { socket, clock, connection } = setUp()
  for (let i = 0; i < 5; i += 1) {
    await connection.send(new Uint8Array(1))
    clock.advance(100)
    await settle()
    socket.flush()
  }
  expect(connection.signal.aborted).toBe(false)
})

test('connection › sending on one that ended rejects', async () => {
  const { socket, connection } = setUp()
  socket.emit('close')
  await expect(connection.send(new Uint8Array(1))).rejects.toThrow('closed')
})
