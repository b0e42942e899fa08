import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sameBytes } from '@parley/protocol'
import { openContentFiles } from '@parley/runtime/content-files'
import { hexToBytes, isHex } from 'viem'
import { sha256 } from '../sha256.ts'
import { commitmentFault, commitmentKinds, keccakCommitment } from './pointer.ts'

export interface AltDaDoubleOptions {
  /** Where it keeps what it is given; made when missing. */
  readonly dir: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Bytes of one publication at most. */
  readonly maxBytes: number
}

export interface AltDaDouble {
  readonly url: string
  close(): Promise<void>
}

/** Byte that names a layer in a generic commitment; that of no layer in the field. */
const doubleLayer = 0xdd

/**
 * A double of an alt-DA server: the protocol of the OP Stack over files of this machine, without a layer behind it. For
 * development and tests; nothing bounds what an address may cost.
 */
export async function startAltDaDouble({ dir, host, port, maxBytes }: AltDaDoubleOptions): Promise<AltDaDouble> {
  const files = await openContentFiles(dir)
  const never = new AbortController().signal

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, verb, named, ...more] = (request.url ?? '').split('/')
    if (more.length > 0) return end(response, 404)
    if (request.method === 'POST' && verb === 'put') return put(request, response, named)
    if (request.method === 'GET' && verb === 'get') return get(response, named)
    end(response, 404)
  }

  async function put(request: IncomingMessage, response: ServerResponse, named: string | undefined): Promise<void> {
    const data = await bodyOf(request, maxBytes)
    if (data === undefined) return end(response, 413)
    if (data.length === 0) return end(response, 400, 'nothing to keep')
    const commitment = named === undefined ? genericCommitment(data) : commitmentOf(named)
    if (commitment === undefined) return end(response, 400, 'no commitment')
    if (commitment[0] === commitmentKinds.keccak256 && !sameBytes(commitment, keccakCommitment(data)))
      return end(response, 400, 'the commitment is of other bytes')
    if (named !== undefined && commitment[0] !== commitmentKinds.keccak256)
      return end(response, 400, 'only Keccak commitments are named by who stores')
    await files.put(sha256(commitment), data, never)
    end(response, 200, named === undefined ? commitment : '')
  }

  async function get(response: ServerResponse, named: string | undefined): Promise<void> {
    const commitment = commitmentOf(named)
    if (commitment === undefined) return end(response, 400, 'no commitment')
    const data = await files.read(sha256(commitment), maxBytes, never)
    if (!(data instanceof Uint8Array)) return end(response, 404)
    end(response, 200, data)
  }

  const server = createServer((request, response) => {
    // A disk that fails, or a client that left.
    answer(request, response).catch(() => (response.headersSent ? response.destroy() : end(response, 500)))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const genericCommitment = (data: Uint8Array): Uint8Array =>
  Uint8Array.from([commitmentKinds.generic, doubleLayer, ...sha256(data)])

function commitmentOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || !isHex(text) || text.length % 2 !== 0) return undefined
  const commitment = hexToBytes(text)
  return commitmentFault(commitment) === undefined ? commitment : undefined
}

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}

function end(response: ServerResponse, status: number, body: Uint8Array | string = ''): void {
  response.writeHead(status, { 'content-type': 'application/octet-stream' }).end(body)
}
