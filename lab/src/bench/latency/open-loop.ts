import { CliError } from '@parley/cli'
import { messageReceiptBytes } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { PlainConnection } from '../plain-http.ts'
import { readPreparedLoad } from '../prepared-load.ts'

/** What became of one body; times in milliseconds since 1970. */
export interface SentBody {
  /** When it was to be sent, fixed before the first was. */
  readonly dueAtMs: number
  readonly answeredAtMs: number
  /** Messages accepted into each block. */
  readonly blocks: readonly (readonly [block: number, messages: number])[]
  /** Where its first message is. */
  readonly first: readonly [shard: number, conversation: number, position: number]
}

/** When each body is due, from the start: evenly, whatever becomes of those before. Milliseconds. */
export const dueAfter = (body: number, bodiesPerSecond: number): number => (1_000 * body) / bodiesPerSecond

/** Finer than `Date.now`, and the same clock in all processes of a machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now()

const startAfterMs = 250

/**
 * Sends a prepared load at a fixed rate. A body that cannot leave when it is due, because the one before it on its
 * connection is not answered, is late, and its delay counts: queueing is not hidden.
 * @throws {CliError} `ANSWER_INVALID`, also when a message is refused.
 */
export async function sendOpenLoop(
  { clock }: { readonly clock: Clock },
  { path, url, bodiesPerSecond }: { readonly path: string; readonly url: string; readonly bodiesPerSecond: number },
  signal: AbortSignal,
): Promise<SentBody[]> {
  const { load, body } = await readPreparedLoad(path)
  const { streams, bodiesPerStream, messagesPerBody } = load
  const connections = await Promise.all(
    Array.from({ length: streams }, () => PlainConnection.open(url, '/v1/messages')),
  )
  const start = preciseNow() + startAfterMs
  const sent: SentBody[] = []
  const send = async (stream: number): Promise<void> => {
    const connection = connections[stream] as PlainConnection
    for (let next = 0; next < bodiesPerStream; next += 1) {
      const dueAtMs = start + dueAfter(next * streams + stream, bodiesPerSecond)
      const waitMs = dueAtMs - preciseNow()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
      const bytes = body(stream, next)
      const receipts = await deliver(connection, bytes)
      const answeredAtMs = preciseNow()
      sent.push({ dueAtMs, answeredAtMs, blocks: blocksOf(receipts), first: firstOf(bytes, receipts) })
    }
  }
  const deliver = async (connection: PlainConnection, bytes: Buffer): Promise<Buffer> => {
    for (;;) {
      signal.throwIfAborted()
      const { status, retryAfterSeconds, body: receipts } = await connection.post(bytes)
      if (status === 200 && receipts.length === messagesPerBody * messageReceiptBytes) return receipts
      if (status !== 429) throw invalid('status', `${status} with ${receipts.length} bytes`)
      await clock.sleep(1_000 * retryAfterSeconds, signal)
    }
  }
  try {
    await Promise.all(connections.map((_, stream) => send(stream)))
    return sent
  } finally {
    for (const connection of connections) connection.close()
  }
}

function blocksOf(receipts: Buffer): [number, number][] {
  const blocks = new Map<number, number>()
  for (let at = 0; at < receipts.length; at += messageReceiptBytes) {
    if (receipts[at] !== 0) throw invalid('receipt', 'a message was refused')
    const block = Number(receipts.readBigUInt64LE(at + 1))
    blocks.set(block, (blocks.get(block) ?? 0) + 1)
  }
  return [...blocks]
}

/** Of a signed message: its shard comes first, its conversation behind it. Of a receipt: refusal 1, block 8, position 8. */
function firstOf(bytes: Buffer, receipts: Buffer): SentBody['first'] {
  return [bytes[0] as number, bytes.readUInt32LE(1), Number(receipts.readBigUInt64LE(9))]
}

function invalid(field: string, reason: string): CliError {
  return new CliError({ code: 'ANSWER_INVALID', server: 'sequencer', field, reason })
}
