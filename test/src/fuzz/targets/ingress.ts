import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { accepted, type FuzzTarget, refused, type Verdict } from '../target.ts'

const text = new TextEncoder()

/** Milliseconds an answer may take. */
export const answerMs = 5_000

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** Sends requests over one connection that is kept. */
export class Ingress {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: URL

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

  close(): void {
    this.#agent.destroy()
  }
}

/** Letters that a request line may hold; any other would be refused by our own client. */
const printable = (bytes: Uint8Array): string =>
  `/${Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^\x21-\x7e]/g, '%')}`.slice(0, 4_000)

/** GET requests for whatever the input spells; mutations start from `paths`. */
export function pathTarget(name: string, ingress: Ingress, paths: readonly string[]): FuzzTarget {
  return {
    name,
    weight: 1,
    corpus: paths.map((path) => text.encode(path.slice(1))),
    run: async (input) => ingress.verdict(await ingress.send('GET', printable(input), undefined, new Uint8Array())),
  }
}

/** Bytes on a socket of their own; the answer, if there is one, begins with a status. */
export function overSocket(url: URL, input: Uint8Array): Promise<Verdict> {
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
