import { CliError } from '@parley/cli'
import { messageReceiptBytes } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { streamFrames } from './frame-stream.ts'
import { PlainConnection } from './plain-http.ts'
import { type PreparedLoad, readPreparedLoad } from './prepared-load.ts'

/** How a prepared load fared. */
export interface SentLoad {
  /** Milliseconds since 1970 at which each body was answered, in the order of answers. */
  readonly answeredAtMs: readonly number[]
  readonly accepted: number
  readonly refused: number
  /** Messages accepted into each block. */
  readonly byBlock: Readonly<Record<string, number>>
  /** CPU time of the sending process from the first body to the last answer. */
  readonly cpuMicroseconds: number
}

export interface SendLoadOptions {
  readonly path: string
  readonly url: string
  /** Over message streams instead of in requests. */
  readonly stream: boolean
}

/** Counts receipts as they come. */
class Tally {
  readonly answeredAtMs: number[] = []
  refused = 0
  private readonly byBlock = new Map<number, number>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  take(receipts: Buffer): void {
    this.answeredAtMs.push(this.clock.now())
    for (let at = 0; at < receipts.length; at += messageReceiptBytes) {
      if (receipts[at] !== 0) this.refused += 1
      else {
        const block = receipts.readUInt32LE(at + 1) + receipts.readUInt32LE(at + 5) * 2 ** 32
        this.byBlock.set(block, (this.byBlock.get(block) ?? 0) + 1)
      }
    }
  }

  result(cpuMicroseconds: number): SentLoad {
    const { answeredAtMs, refused, byBlock } = this
    const accepted = [...byBlock.values()].reduce((sum, each) => sum + each, 0)
    return { answeredAtMs, accepted, refused, byBlock: Object.fromEntries(byBlock), cpuMicroseconds }
  }
}

/** Sends a prepared load over as many connections as it has streams. @throws {CliError} `ANSWER_INVALID`. */
export async function sendLoad(
  { clock }: { readonly clock: Clock },
  { path, url, stream }: SendLoadOptions,
  signal: AbortSignal,
): Promise<SentLoad> {
  const { load, body } = await readPreparedLoad(path)
  const tally = new Tally(clock)
  const one = stream ? overStream : inRequests
  const cpuBefore = process.cpuUsage()
  await Promise.all(
    Array.from({ length: load.streams }, (_, number) =>
      one({ clock, url, load, body: (next) => body(number, next) }, (receipts) => tally.take(receipts), signal),
    ),
  )
  const { user, system } = process.cpuUsage(cpuBefore)
  return tally.result(user + system)
}

interface OneStream {
  readonly clock: Clock
  readonly url: string
  readonly load: PreparedLoad
  readonly body: (next: number) => Buffer
}

type Send = (stream: OneStream, onAnswer: (receipts: Buffer) => void, signal: AbortSignal) => Promise<void>

const overStream: Send = ({ url, load, body }, onAnswer, signal) => {
  const { bodiesPerStream: frames, messagesPerBody: messagesPerFrame } = load
  return streamFrames(url, { frames, messagesPerFrame, frame: body }, onAnswer, signal)
}

/** One body at a time. What is answered 429 was not taken and is sent again. */
const inRequests: Send = async ({ clock, url, load, body }, onAnswer, signal) => {
  const connection = await PlainConnection.open(url, '/v1/messages')
  try {
    for (let next = 0; next < load.bodiesPerStream; ) {
      signal.throwIfAborted()
      const { status, retryAfterSeconds, body: receipts } = await connection.post(body(next))
      if (status === 200 && receipts.length === load.messagesPerBody * messageReceiptBytes) {
        onAnswer(receipts)
        next += 1
      } else if (status === 429) await clock.sleep(1000 * retryAfterSeconds, signal)
      else
        throw new CliError({
          code: 'ANSWER_INVALID',
          server: 'sequencer',
          field: 'status',
          reason: `${status} with ${receipts.length} bytes`,
        })
    }
  } finally {
    connection.close()
  }
}
