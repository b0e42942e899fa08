import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { messageReceiptBytes } from '@parley/protocol'
import { sign } from '../../vectors/people.ts'
import { fund, owners } from '../../vectors/standing.ts'
import { makeInput } from '../mutate.ts'
import type { Random } from '../random.ts'
import { accepted, type FuzzTarget, Garbage, refused, type Verdict } from '../target.ts'
import { bendJson } from './json.ts'
import { type AttackedSequencer, offeredMessages, startSequencer } from './sequencer.ts'

const octets = 'application/octet-stream'
const json = 'application/json'

/** Milliseconds an answer may take. */
const answerMs = 5_000

interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** Sends requests over one connection that is kept. */
class Ingress {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: URL
  /** Messages taken so far; those that are offered can each be taken once. */
  #taken = 0

  constructor(url: string) {
    this.#url = new URL(url)
  }

  send(method: string, path: string, type: string | undefined, body: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          method,
          path,
          headers: { ...(type === undefined ? {} : { 'content-type': type }), 'content-length': body.length },
          timeout: answerMs,
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }))
          response.once('error', reject)
        },
      )
      sent.once('timeout', () => sent.destroy(new Error(`no answer in ${answerMs} ms`)))
      sent.once('error', reject)
      sent.end(body)
    })
  }

  /** An answer in the 2xx is accepted, one in the 4xx must be a coded fault, any other is a crash. */
  verdict({ status, body }: Answer): Verdict {
    if (status >= 200 && status < 300) return accepted
    if (status < 400 || status >= 500) throw new Error(`status ${status}: ${body.toString().slice(0, 500)}`)
    const { code } = JSON.parse(body.toString()) as { code?: unknown }
    if (typeof code !== 'string' || code === 'INTERNAL') throw new Error(`status ${status} without a code of its own`)
    return refused(code)
  }

  /** Counts messages that were taken; only those that are offered are signed, so more cannot be. */
  take(count: number): void {
    this.#taken += count
    if (this.#taken > offeredMessages)
      throw new Garbage(`${this.#taken} messages taken of ${offeredMessages} that are signed`)
  }

  close(): void {
    this.#agent.destroy()
  }
}

function takenOf(type: string, body: Buffer): number {
  if (type === json)
    return (JSON.parse(body.toString()) as { accepted: boolean }[]).filter((each) => each.accepted).length
  let count = 0
  for (let at = 0; at < body.length; at += messageReceiptBytes) if (body[at] === 0) count += 1
  return count
}

const text = new TextEncoder()
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`

function messageJson(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    shard: bytes[0] as number,
    conversation: view.getUint32(1, true),
    member: view.getUint16(5, true),
    nonce: String(view.getBigUint64(7, true)),
    content: hex(bytes.subarray(15, 47)),
    signature: hex(bytes.subarray(47)),
  }
}

const funding = fund({ nonce: 1n, amount: 5n })
const fundJson = {
  operation: {
    kind: 'fund',
    value: { shard: 3, account: 0, nonce: '1', conversation: 0, member: 1, amount: '5', priceLimit: '900' },
  },
  signatures: sign(funding, [owners.ann]).map(hex),
}
const changeJson = {
  operation: {
    kind: 'changeMembers',
    value: {
      shard: 3,
      conversation: 0,
      epoch: '0',
      signer: 0,
      remove: [{ slot: 1 }],
      roles: [{ slot: 0, role: 2 }],
      add: [{ slot: 1, key: `0x${'22'.repeat(32)}`, role: 1 }],
    },
  },
  signatures: [`0x${'11'.repeat(64)}`, `0x${'33'.repeat(64)}`],
}

const paths = [
  '/v1/status',
  '/v1/prices',
  '/v1/conversations/3/0',
  '/v1/accounts/3/0',
  '/v1/blocks/latest',
  '/v1/blocks/1',
  '/healthz',
  '/openapi.json',
  '/v1/feed/blocks?from=1',
  '/v1/feed/conversations/3/0?from=0',
]

/** Letters that a request line may hold; any other would be refused by our own client. */
const printable = (bytes: Uint8Array): string =>
  `/${Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^\x21-\x7e]/g, '%')}`.slice(0, 4_000)

function submitTargets(ingress: Ingress, { messages, operations }: AttackedSequencer): FuzzTarget[] {
  const posted = async (path: string, type: string, input: Uint8Array): Promise<Verdict> => {
    const answer = await ingress.send('POST', path, type, input)
    if (path === '/v1/messages' && answer.status === 200) ingress.take(takenOf(type, answer.body))
    return ingress.verdict(answer)
  }
  const several = (random: Random) => {
    const chosen = Array.from({ length: 1 + random.below(4) }, () => random.pick(messages))
    return makeInput(random, [new Uint8Array(Buffer.concat(chosen))])
  }
  const oneMessage = [messageJson(messages[0]!)]
  const twoMessages = [messageJson(messages[1]!), messageJson(messages[2]!)]
  const encode = (value: unknown): Uint8Array => text.encode(JSON.stringify(value))
  return [
    {
      name: 'http messages',
      weight: 2,
      corpus: messages,
      shape: several,
      run: (input) => posted('/v1/messages', octets, input),
    },
    { name: 'http operation', weight: 2, corpus: operations, run: (input) => posted('/v1/operations', octets, input) },
    {
      name: 'http messages json',
      weight: 2,
      corpus: [encode(oneMessage), encode(twoMessages)],
      shape: (random) => text.encode(bendJson(random.pick([oneMessage, twoMessages]), random)),
      run: (input) => posted('/v1/messages', json, input),
    },
    {
      name: 'http operation json',
      weight: 2,
      corpus: [encode(fundJson), encode(changeJson)],
      shape: (random) => text.encode(bendJson(random.pick([fundJson, changeJson]), random)),
      run: (input) => posted('/v1/operations', json, input),
    },
  ]
}

function readTarget(ingress: Ingress): FuzzTarget {
  return {
    name: 'http path',
    weight: 1,
    corpus: paths.map((path) => text.encode(path.slice(1))),
    run: async (input) => ingress.verdict(await ingress.send('GET', printable(input), undefined, new Uint8Array())),
  }
}

/** Bytes on a socket that need be no HTTP at all: the answer, if there is one, begins with a status. */
function rawTarget(url: URL, message: Uint8Array): FuzzTarget {
  const head = (path: string, extra: string) => `POST ${path} HTTP/1.1\r\nhost: a\r\n${extra}`
  const request_ = (line: string, body: Uint8Array) => new Uint8Array(Buffer.concat([Buffer.from(`${line}\r\n`), body]))
  const corpus = [
    request_(head('/v1/messages', `content-type: ${octets}\r\ncontent-length: ${message.length}\r\n`), message),
    request_(
      head('/v1/messages', `content-type: ${json}\r\ntransfer-encoding: chunked\r\n`),
      Buffer.from('2\r\n[]\r\n0\r\n\r\n'),
    ),
    request_('GET /v1/status HTTP/1.1\r\nhost: a\r\n', new Uint8Array()),
    request_(
      'GET /v1/stream HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
      new Uint8Array([0x82, 0x80, 0, 0, 0, 0]),
    ),
  ]
  return { name: 'http socket', weight: 1, corpus, run: (input) => overSocket(url, input) }
}

function overSocket(url: URL, input: Uint8Array): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.end(input))
    const chunks: Buffer[] = []
    const late = setTimeout(() => socket.destroy(new Error(`the connection is open after ${answerMs} ms`)), answerMs)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // The server may close while we still send.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.once('close', () => {
      clearTimeout(late)
      const answer = Buffer.concat(chunks).toString('latin1')
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]
      if (status === undefined) resolve(refused('CLOSED'))
      else if (status.startsWith('5')) reject(new Error(answer.slice(0, 500)))
      else resolve(status.startsWith('2') || status === '101' ? accepted : refused(`STATUS_${status}`))
    })
  })
}

/** The sequencer's ingress: a real one, with real lanes, on the loopback. */
export async function openHttpTargets(): Promise<{ targets: FuzzTarget[]; close(): Promise<void> }> {
  const sequencer = await startSequencer()
  const ingress = new Ingress(sequencer.url)
  const targets = [
    ...submitTargets(ingress, sequencer),
    readTarget(ingress),
    rawTarget(new URL(sequencer.url), sequencer.messages[0]!),
  ]
  const close = async (): Promise<void> => {
    ingress.close()
    await sequencer.close()
    await Promise.race([sequencer.failed, Promise.resolve()])
  }
  return { targets, close }
}
