import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a service was sent. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** No push service: it keeps what it is sent, and answers as it is told. */
export class FakePushService implements AsyncDisposable {
  readonly received: Received[] = []
  url = ''
  answer: (received: Received) => FakeAnswer = () => ({ status: 201 })
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const received = { method, path, headers, body: Buffer.concat(chunks).toString() }
      this.received.push(received)
      const { status, headers: more, body } = this.answer(received)
      response.writeHead(status, more).end(body)
    })
  })

  static async start(): Promise<FakePushService> {
    const fake = new FakePushService()
    fake.server.listen(0, '127.0.0.1')
    await once(fake.server, 'listening')
    fake.url = `http://127.0.0.1:${(fake.server.address() as AddressInfo).port}`
    return fake
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
  }
}
