import {
  type MessageReceipt,
  MessageReceiptType,
  type SealedBlock,
  SealedBlockType,
  type SignedMessage,
  signedMessageBytes,
} from '@parley/protocol'
import { blockSourceCompliance } from '@parley/protocol/compliance'
import { SkippingClock } from '@parley/runtime/testing'
import { bytesToHex } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientError, createSequencerClient } from '../src/index.ts'
import { createSequencerBlockSource } from '../src/sequencer/block-source.ts'
import { deployment, digestOf, keys, sealAfter, sign } from './support/blocks.ts'
import { TestServer } from './support/server.ts'

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start()
})
afterEach(() => server.close())

/** The feed of blocks as the sequencer's page on the wire describes it. */
class BlockFeed {
  readonly blocks: SealedBlock[] = []
  oldest = 1n
  /** Frames after which each connection is cut; undefined: never. */
  cutAfter: number | undefined
  private readonly waiters = new Set<() => void>()

  constructor(server: TestServer) {
    server.onSocket = (socket, url) => {
      let next = BigInt(url.searchParams.get('from') ?? '1')
      let sent = 0
      socket.send(JSON.stringify({ head: String(this.blocks.length) }))
      const send = (): void => {
        if (next < this.oldest) socket.close(4404, `from ${this.oldest}`)
        while (next >= this.oldest && next <= BigInt(this.blocks.length)) {
          if (sent === this.cutAfter) {
            socket.terminate()
            return
          }
          socket.send(SealedBlockType.serialize(this.blocks[Number(next) - 1] as SealedBlock))
          next += 1n
          sent += 1
        }
      }
      this.waiters.add(send)
      socket.on('close', () => this.waiters.delete(send))
      send()
    }
  }

  seal(change: (sealed: SealedBlock) => SealedBlock = (sealed) => sealed): SealedBlock {
    const sealed = change(sealAfter(this.blocks.at(-1)?.block.header))
    this.blocks.push(sealed)
    for (const send of this.waiters) send()
    return sealed
  }
}

const source = (options = {}) => createSequencerBlockSource({ url: server.url }, { deployment, keys, ...options })

async function take(count: number, from: bigint, options = {}): Promise<bigint[]> {
  const controller = new AbortController()
  const numbers: bigint[] = []
  for await (const { header } of source(options).blocks(from, controller.signal)) {
    numbers.push(header.number)
    if (numbers.length === count) controller.abort()
  }
  return numbers
}

describe('block source of a sequencer’s feed', () => {
  for (const { name, run } of blockSourceCompliance(async () => {
    const own = await TestServer.start()
    const feed = new BlockFeed(own)
    return {
      source: createSequencerBlockSource({ url: own.url }, { deployment, keys }),
      seal: async () => feed.seal(),
      forget: async (before) => {
        feed.oldest = before
      },
      dispose: () => own.close(),
    }
  }))
    test(name, run)

  test('blocks › a connection that breaks is opened again where it broke', async () => {
    const feed = new BlockFeed(server)
    for (let i = 0; i < 7; i += 1) feed.seal()
    feed.cutAfter = 2
    expect(await take(7, 1n)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n])
    expect(server.sockets.length).toBe(4)
  })

  test('blocks › a server that is busy is asked again when it says, and readers do not come back together', async () => {
    const feed = new BlockFeed(server)
    feed.seal()
    let refused = 0
    server.refuseSocket = () =>
      refused++ < 2 ? { status: 429, headers: { 'retry-after': '4' } } : refused < 4 ? { status: 503 } : undefined
    const clock = new SkippingClock()
    // The watch for silence would pass over its waits too.
    const sleep = clock.sleep.bind(clock)
    clock.sleep = (ms, signal) => (ms > 20_000 ? new Promise(() => undefined) : sleep(ms, signal))
    const deps = { url: server.url, clock, random: () => 0.5 }
    const blocks = createSequencerBlockSource(deps, { deployment, keys })
    const controller = new AbortController()
    for await (const { header } of blocks.blocks(1n, controller.signal)) if (header.number === 1n) controller.abort()
    expect(clock.waits).toEqual([4125, 4250, 500])
  })

  test('blocks › a silent connection is given up for a new one', async () => {
    const feed = new BlockFeed(server)
    const talking = server.onSocket
    server.onSocket = (socket, url) => {
      if (server.sockets.length > 1) talking(socket, url)
    }
    feed.seal()
    expect(await take(1, 1n, { silenceMs: 100 })).toEqual([1n])
    expect(server.sockets.length).toBe(2)
  })

  test('blocks › a reader that is slow makes the server wait instead of piling up', async () => {
    const feed = new BlockFeed(server)
    for (let i = 0; i < 40; i += 1) feed.seal()
    expect(await take(40, 1n, { maxBufferedFrames: 4 })).toHaveLength(40)
    expect(server.sockets.length).toBe(1)
  })

  const tampered: [why: string, code: string, change: (sealed: SealedBlock) => SealedBlock][] = [
    ['is signed by nobody', 'HEADER_UNSIGNED', (sealed) => ({ ...sealed, signature: new Uint8Array(65) })],
    ['commits to other runs', 'HEADER_MISMATCH', withoutRuns],
    [
      'has signatures of no run',
      'ANSWER_INVALID',
      ({ block, ...rest }) => ({ ...rest, block: { ...block, runs: [] } }),
    ],
    ['skips a number', 'FEED_GAP', (sealed) => withHeader(sealed, { number: 3n })],
    ['follows another parent', 'HEADER_UNLINKED', (sealed) => withHeader(sealed, { parent: digestOf('other') })],
  ]
  test.each(tampered)('blocks › one that %s ends the source: %s', async (_why, code, change) => {
    const feed = new BlockFeed(server)
    feed.seal()
    feed.seal(change)
    const error = (await take(2, 1n).catch((reason: unknown) => reason)) as ClientError
    expect(error.fault.code).toBe(code)
  })

  test('blocks › one that nobody signed is given out where a rescue has claimed it', async () => {
    const feed = new BlockFeed(server)
    feed.seal()
    feed.seal((sealed) => ({ ...sealed, signature: new Uint8Array(65) }))
    expect(await take(2, 1n, { isRescued: async ({ number }: { number: bigint }) => number === 2n })).toEqual([1n, 2n])
  })

  test('blocks › a reader names the lineage it has, and is told when a removal voided its last block', async () => {
    const feed = new BlockFeed(server)
    const { header } = feed.seal().block
    feed.seal()
    const asked: (string | null)[] = []
    const talking = server.onSocket
    server.onSocket = (socket, url) => {
      asked.push(url.searchParams.get('lineage'))
      talking(socket, url)
      if (asked.length === 1) socket.close(1001)
      else socket.close(4409, 'from 1')
    }
    const blocks = source().blocks(1n, new AbortController().signal)
    const reading = (async () => {
      for await (const _ of blocks);
    })()
    await expect(reading).rejects.toMatchObject({ fault: { code: 'LINEAGE_ENDED', from: 3n, reason: 'from 1' } })
    expect(asked).toEqual([null, bytesToHex(header.lineage)])
  })

  test('blocks › a reader that hashes runs itself can have them unchecked', async () => {
    const feed = new BlockFeed(server)
    feed.seal(withoutRuns)
    expect(await take(1, 1n, { checkRuns: false })).toEqual([1n])
  })

  test('blocks › a server that cannot be reached for long is a coded fault', async () => {
    const { url } = server
    await server.close()
    const gone = createSequencerBlockSource({ url }, { deployment, keys, giveUpMs: 1 })
    const blocks = gone.blocks(1n, new AbortController().signal)[Symbol.asyncIterator]()
    await expect(blocks.next()).rejects.toThrow('SERVER_UNREACHABLE')
    server = await TestServer.start()
  })
})

function withoutRuns({ block, signature }: SealedBlock): SealedBlock {
  return { signature, block: { ...block, runs: [] }, witness: [] }
}

function withHeader(sealed: SealedBlock, change: Partial<SealedBlock['block']['header']>): SealedBlock {
  const header = { ...sealed.block.header, ...change }
  return { ...sealed, block: { ...sealed.block, header }, signature: sign(header) }
}

describe('message stream', () => {
  const message = (nonce: bigint): SignedMessage => ({
    shard: 1,
    conversation: 2,
    member: 3,
    nonce,
    content: digestOf('c'),
    signature: new Uint8Array(64),
  })
  const answer = (frame: Buffer): Buffer =>
    Buffer.concat(
      Array.from({ length: frame.length / signedMessageBytes }, (_, i) => {
        const value = frame.readBigUInt64LE(i * signedMessageBytes + 7)
        const receipt: MessageReceipt = { refusal: 0, block: 1n, value }
        return Buffer.from(MessageReceiptType.serialize(receipt))
      }),
    )

  test('messages › are answered in order, those of one turn in one frame, never more than allowed unanswered', async () => {
    const frames: number[] = []
    let unanswered = 0
    let most = 0
    server.onSocket = (socket) => {
      socket.on('message', (frame: Buffer) => {
        const count = frame.length / signedMessageBytes
        frames.push(count)
        unanswered += count
        most = Math.max(most, unanswered)
        setImmediate(() => {
          unanswered -= count
          socket.send(answer(frame))
        })
      })
    }
    const stream = await createSequencerClient({ url: server.url }).stream({ maxUnanswered: 8 })
    const receipts = await Promise.all(Array.from({ length: 30 }, (_, i) => stream.submit(message(BigInt(i)))))
    expect(receipts.map((receipt) => receipt.accepted && receipt.position)).toEqual(
      Array.from({ length: 30 }, (_, i) => BigInt(i)),
    )
    expect(most).toBeLessThanOrEqual(8)
    expect(frames[0]).toBe(8)
    await stream.close()
    await expect(stream.submit(message(1n))).rejects.toThrow('STREAM_CLOSED')
  })

  test('connection › that ends leaves the outcome unknown', async () => {
    server.onSocket = (socket) => {
      socket.on('message', () => socket.close(4429, 'QUOTA_EXCEEDED'))
    }
    const stream = await createSequencerClient({ url: server.url }).stream()
    await expect(stream.submit(message(1n))).rejects.toThrow('OUTCOME_UNKNOWN')
    expect(stream.ended?.fault.code).toBe('OUTCOME_UNKNOWN')
    await expect(stream.submit(message(2n))).rejects.toThrow('OUTCOME_UNKNOWN')
    await stream.close()
  })

  test('answers › that do not fit what was sent end the stream', async () => {
    server.onSocket = (socket) => {
      socket.on('message', () => socket.send(Buffer.alloc(16)))
    }
    const stream = await createSequencerClient({ url: server.url }).stream()
    await expect(stream.submit(message(1n))).rejects.toThrow('ANSWER_INVALID')
    await stream.close()
  })

  test('a path that forwards nothing more › ends what waits for an answer, and does not hold up close', async () => {
    // Reads nothing and closes nothing, as after a change of networks.
    server.onSocket = (socket) => socket.pause()
    const stream = await createSequencerClient({ url: server.url }).stream({ answerTimeoutMs: 50, closeTimeoutMs: 50 })
    await expect(stream.submit(message(1n))).rejects.toThrow(/OUTCOME_UNKNOWN.*no answer within 50 ms/)
    await expect(stream.submit(message(2n))).rejects.toThrow('OUTCOME_UNKNOWN')
    await stream.close()
    const idle = await createSequencerClient({ url: server.url }).stream({ closeTimeoutMs: 50 })
    await idle.close()
    expect(idle.ended?.fault.code).toBe('STREAM_CLOSED')
  })

  test('close › with answers outstanding on a dead path ends with them', async () => {
    server.onSocket = (socket) => socket.pause()
    const stream = await createSequencerClient({ url: server.url }).stream({ answerTimeoutMs: 50, closeTimeoutMs: 50 })
    const lost = expect(stream.submit(message(1n))).rejects.toThrow('OUTCOME_UNKNOWN')
    await Promise.all([stream.close(), lost])
  })

  test('a server that was heard and falls silent › ends an idle stream', async () => {
    server.onSocket = (socket) => socket.ping()
    const stream = await createSequencerClient({ url: server.url }).stream({ silenceMs: 50 })
    const socket = server.sockets.at(-1)
    await new Promise((resolve) => socket?.once('close', resolve))
    expect(stream.ended?.fault).toMatchObject({ code: 'OUTCOME_UNKNOWN', reason: 'nothing heard for 50 ms' })
  })

  test('credentials, path and query of the URL › are sent, and no fault tells them', async () => {
    let asked: URL | undefined
    server.onSocket = (socket, url) => {
      asked = url
      socket.on('message', () => socket.close(4400, 'no'))
    }
    const url = `${server.url.replace('//', '//user:hunter22@')}/KEYKEYKEY/?apikey=TOKEN`
    const stream = await createSequencerClient({ url }).stream()
    const failed = await stream.submit(message(1n)).catch((error: Error) => error.message)
    expect(`${asked?.pathname}${asked?.search}`).toBe('/KEYKEYKEY/v1/stream?apikey=TOKEN')
    expect(failed).toContain('OUTCOME_UNKNOWN')
    expect(failed).not.toMatch(/hunter22|KEYKEYKEY|TOKEN/)
  })

  test('connection › a server that is not there is a coded fault', async () => {
    const { url } = server
    await server.close()
    await expect(createSequencerClient({ url }).stream()).rejects.toThrow('SERVER_UNREACHABLE')
    server = await TestServer.start()
  })
})
