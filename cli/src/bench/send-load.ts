import { Agent, request } from 'node:http'
import { type Clock, messageReceiptBytes } from '@parley/protocol'
import { CliError } from '../faults.ts'
import { readPreparedLoad } from './prepared-load.ts'

/** How a prepared load fared. */
export interface SentLoad {
  /** Milliseconds since 1970 at which each body was answered, in the order of answers. */
  readonly answeredAtMs: readonly number[]
  readonly accepted: number
  readonly refused: number
  /** Messages accepted into each block. */
  readonly byBlock: Readonly<Record<string, number>>
}

interface Answer {
  readonly status: number
  readonly retryAfterSeconds: number
  readonly bytes: Buffer
}

/**
 * Sends a prepared load, one body of each stream at a time. What is answered 429 was not taken and is sent again.
 * @throws {CliError} `ANSWER_INVALID`.
 */
export async function sendLoad(
  { clock }: { readonly clock: Clock },
  options: { readonly path: string; readonly url: string },
  signal: AbortSignal,
): Promise<SentLoad> {
  const { load, body } = await readPreparedLoad(options.path)
  const agent = new Agent({ keepAlive: true, maxSockets: load.streams })
  const answeredAtMs: number[] = []
  const byBlock = new Map<bigint, number>()
  let refused = 0
  const count = (receipts: Buffer): void => {
    for (let at = 0; at < receipts.length; at += messageReceiptBytes) {
      if (receipts[at] !== 0) refused += 1
      else {
        const block = receipts.readBigUInt64LE(at + 1)
        byBlock.set(block, (byBlock.get(block) ?? 0) + 1)
      }
    }
  }
  const stream = async (number: number): Promise<void> => {
    for (let next = 0; next < load.bodiesPerStream; next += 1) {
      const receipts = await deliver(number, next)
      answeredAtMs.push(clock.now())
      count(receipts)
    }
  }
  const deliver = async (number: number, next: number): Promise<Buffer> => {
    for (;;) {
      signal.throwIfAborted()
      const { status, retryAfterSeconds, bytes } = await post(agent, options.url, body(number, next), signal)
      const whole = bytes.length === load.messagesPerBody * messageReceiptBytes
      if (status === 200 && whole) return bytes
      if (status !== 429)
        throw new CliError({
          code: 'ANSWER_INVALID',
          server: 'sequencer',
          field: 'status',
          reason: `${status} with ${bytes.length} bytes`,
        })
      await clock.sleep(1000 * retryAfterSeconds, signal)
    }
  }
  try {
    await Promise.all(Array.from({ length: load.streams }, (_, number) => stream(number)))
  } finally {
    agent.destroy()
  }
  const accepted = [...byBlock.values()].reduce((sum, each) => sum + each, 0)
  return { answeredAtMs, accepted, refused, byBlock: Object.fromEntries(byBlock) }
}

function post(agent: Agent, url: string, body: Buffer, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const octets = 'application/octet-stream'
    const headers = { 'content-type': octets, accept: octets, 'content-length': body.length }
    const sent = request(`${url}/v1/messages`, { method: 'POST', agent, headers, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const retryAfterSeconds = Number(response.headers['retry-after'] ?? 1)
        resolve({ status: response.statusCode ?? 0, retryAfterSeconds, bytes: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
