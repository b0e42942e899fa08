import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'

/** What a fake APNs was sent. */
export interface ApnsReceived {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Nothing of Apple's: it speaks HTTP/2 in the clear, keeps what it is sent, and answers as it is told. */
export class FakeApns implements AsyncDisposable {
  readonly received: ApnsReceived[] = []
  /** Connections that were made. */
  connections = 0
  url = ''
  answer: () => { readonly status: number; readonly reason?: string } = () => ({ status: 200 })
  private readonly server = createServer()

  static async start(): Promise<FakeApns> {
    const fake = new FakeApns()
    fake.server.on('session', () => {
      fake.connections += 1
    })
    fake.server.on('stream', (stream, headers) => {
      let body = ''
      stream.on('data', (chunk) => {
        body += String(chunk)
      })
      stream.on('end', () => {
        fake.received.push({ headers, body })
        const { status, reason } = fake.answer()
        stream.respond({ ':status': status })
        stream.end(reason === undefined ? undefined : JSON.stringify({ reason }))
      })
    })
    fake.server.listen(0, '127.0.0.1')
    await once(fake.server, 'listening')
    fake.url = `http://127.0.0.1:${(fake.server.address() as AddressInfo).port}`
    return fake
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close()
  }
}
