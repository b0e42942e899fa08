import { connect, type Socket } from 'node:net'
import { CliError } from '@parley/cli'

/** An answer to a request. */
export interface PlainAnswer {
  readonly status: number
  readonly retryAfterSeconds: number
  /** Status line and headers. */
  readonly head: string
  readonly body: Buffer
}

const endOfHead = Buffer.from('\r\n\r\n')

function invalid(field: string, reason: string): CliError {
  return new CliError({ code: 'ANSWER_INVALID', server: 'sequencer', field, reason })
}

/** An answer, if `bytes` hold all of it. @throws {CliError} `ANSWER_INVALID`. */
export function parseAnswer(bytes: Buffer): PlainAnswer | undefined {
  const end = bytes.indexOf(endOfHead)
  if (end === -1) return undefined
  const head = bytes.toString('latin1', 0, end)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? Number.NaN)
  // What has not changed has no body.
  const length = status === 304 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
  if (Number.isNaN(status) || Number.isNaN(length)) throw invalid('head', head.slice(0, 100))
  const from = end + endOfHead.length
  if (bytes.length < from + length) return undefined
  if (bytes.length > from + length) throw invalid('content-length', `${bytes.length - from - length} bytes too many`)
  const retryAfterSeconds = Number(/\r\nretry-after: (\d+)/i.exec(head)?.[1] ?? 1)
  return { status, retryAfterSeconds, head: `${head}\r\n`, body: bytes.subarray(from) }
}

/**
 * One kept connection with one request under way. It writes a request as one piece and understands what a sequencer
 * answers and no more: a load generator shares the machine with what it measures, and Node's own client costs several
 * times as much.
 */
export class PlainConnection {
  private readonly socket: Socket
  private readonly head: (length: number) => Buffer
  private received: Buffer = Buffer.alloc(0)
  private waiting: PromiseWithResolvers<PlainAnswer> | undefined
  private ended: CliError | undefined

  private constructor(socket: Socket, url: URL, path: string) {
    this.socket = socket
    const octets = 'application/octet-stream'
    const start = `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: ${octets}\r\naccept: ${octets}\r\n`
    this.head = (length) => Buffer.from(`${start}content-length: ${length}\r\n\r\n`, 'latin1')
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('error', (error) => this.end(invalid('connection', error.message)))
    socket.on('close', () => this.end(invalid('connection', 'was closed')))
  }

  static async open(url: string, path: string): Promise<PlainConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const place = new URL(url)
    const socket = connect(Number(place.port), place.hostname, resolve).once('error', reject)
    await promise
    return new PlainConnection(socket, place, path)
  }

  /** Sends a body and waits for its answer. @throws {CliError} `ANSWER_INVALID`. */
  post(body: Uint8Array): Promise<PlainAnswer> {
    return this.exchange(Buffer.concat([this.head(body.length), body]))
  }

  /** Sends a whole request and waits for its answer. @throws {CliError} `ANSWER_INVALID`. */
  exchange(request: Uint8Array): Promise<PlainAnswer> {
    if (this.ended !== undefined) return Promise.reject(this.ended)
    this.waiting = Promise.withResolvers()
    this.socket.write(request)
    return this.waiting.promise
  }

  close(): void {
    this.socket.destroy()
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk])
    try {
      const answer = parseAnswer(this.received)
      if (answer === undefined) return
      this.received = Buffer.alloc(0)
      this.waiting?.resolve(answer)
    } catch (error) {
      this.end(error as CliError)
    }
  }

  private end(error: CliError): void {
    this.ended ??= error
    this.waiting?.reject(this.ended)
    this.socket.destroy()
  }
}
