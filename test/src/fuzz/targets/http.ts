import { feedRoutes, httpFeedRoutes, sequencerRoutes } from '@parley/api'
import { messageReceiptBytes } from '@parley/protocol'
import { sign } from '../../vectors/people.ts'
import { fund, owners } from '../../vectors/standing.ts'
import { makeInput } from '../mutate.ts'
import type { Random } from '../random.ts'
import { accepted, type FuzzTarget, Garbage, refused, type Verdict } from '../target.ts'
import { answerMs, Ingress, overSocket, pathTarget } from './ingress.ts'
import { bendJson } from './json.ts'
import { routesTarget } from './routes.ts'
import { type AttackedSequencer, offeredMessages, startSequencer } from './sequencer.ts'

const octets = 'application/octet-stream'
const json = 'application/json'

/** Messages taken so far; those that are offered are signed and can each be taken once, so more cannot be. */
class Taken {
  #count = 0

  add(count: number): void {
    this.#count += count
    if (this.#count > offeredMessages)
      throw new Garbage(`${this.#count} messages taken of ${offeredMessages} that are signed`)
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
      add: [{ slot: 1, key: `0x${'22'.repeat(32)}`, role: 1, allowance: '7', priceLimit: '9' }],
      exchange: [{ key: `0x${'44'.repeat(32)}` }],
    },
  },
  signatures: [`0x${'11'.repeat(64)}`, `0x${'33'.repeat(64)}`, `0x${'55'.repeat(64)}`],
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
  '/v1/feed',
  '/v1/feed/blocks?from=1',
]

function submitTargets(ingress: Ingress, taken: Taken, { messages, operations }: AttackedSequencer): FuzzTarget[] {
  const posted = async (path: string, type: string, input: Uint8Array): Promise<Verdict> => {
    const answer = await ingress.send('POST', path, type, input)
    if (path === '/v1/messages' && answer.status === 200) taken.add(takenOf(type, answer.body))
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

/** A frame on a stream of messages: answered by receipts, or the connection is closed with a reason. */
function streamTarget(taken: Taken, url: string, messages: readonly Uint8Array[]): FuzzTarget {
  const address = `${url.replace(/^http/, 'ws')}/v1/stream`
  return {
    name: 'http stream',
    weight: 1,
    corpus: [...messages, new Uint8Array(Buffer.concat(messages.slice(0, 3)))],
    run: (input) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(address)
        socket.binaryType = 'arraybuffer'
        const late = setTimeout(() => end(() => reject(new Error(`no frame in ${answerMs} ms`))), answerMs)
        const end = (then: () => void): void => {
          clearTimeout(late)
          socket.onmessage = socket.onclose = socket.onerror = null
          socket.close()
          then()
        }
        socket.onopen = () => socket.send(input as Uint8Array<ArrayBuffer>)
        socket.onmessage = ({ data }) => {
          // Text frames tell the head; they may come before the answer.
          if (typeof data === 'string') return
          end(() => {
            try {
              taken.add(takenOf(octets, Buffer.from(data as ArrayBuffer)))
              resolve(accepted)
            } catch (error) {
              reject(error)
            }
          })
        }
        socket.onclose = ({ code, reason }) =>
          end(() => (code === 4400 ? resolve(refused(reason)) : reject(new Error(`closed with ${code} ${reason}`))))
        socket.onerror = () => end(() => reject(new Error('the connection failed')))
      }),
  }
}

/** The sequencer's ingress: a real one, with real lanes, on the loopback. */
export async function openHttpTargets(): Promise<{ targets: FuzzTarget[]; close(): Promise<void> }> {
  const sequencer = await startSequencer()
  const ingress = new Ingress(sequencer.url)
  const taken = new Taken()
  const targets = [
    ...submitTargets(ingress, taken, sequencer),
    pathTarget('http path', ingress, paths),
    routesTarget('http routes', ingress, {
      ...sequencerRoutes(4096),
      ...feedRoutes,
      ask: httpFeedRoutes.ask,
      frames: httpFeedRoutes.frames,
    }),
    streamTarget(taken, sequencer.url, sequencer.messages),
    rawTarget(new URL(sequencer.url), sequencer.messages[0]!),
  ]
  const close = async (): Promise<void> => {
    ingress.close()
    await sequencer.close()
    await Promise.race([sequencer.failed, Promise.resolve()])
  }
  return { targets, close }
}
