import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Received {
  readonly method: string
  readonly url: string
  readonly body: Buffer
  readonly headers: IncomingMessage['headers']
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | object
  /** Ends the connection without an answer. */
  readonly drop?: boolean
  /** Never answers. */
  readonly hang?: boolean
}

/** An HTTP and WebSocket server on a free port that answers as a test says. */
export class TestServer {
  readonly received: Received[] = []
  readonly sockets: WebSocket[] = []
  url = ''
  answer: (request: Received) => Answer = () => ({ status: 404, body: { code: 'ROUTE_UNKNOWN', message: '' } })
  onSocket: (socket: WebSocket, url: URL) => void = (socket) => socket.close(4400, 'UNEXPECTED')
  /** Answers an upgrade with a status and headers instead of a connection. */
  refuseSocket: (() => Answer | undefined) | undefined
  private readonly server: Server
  private readonly webSockets = new WebSocketServer({ noServer: true })

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        const received = { method, url, headers, body: Buffer.concat(chunks) }
        this.received.push(received)
        const answer = this.answer(received)
        if (answer.hang === true) return
        if (answer.drop === true) {
          response.destroy()
          return
        }
        const bytes = answer.body instanceof Uint8Array
        const type = bytes ? 'application/octet-stream' : 'application/json; charset=utf-8'
        response.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers })
        response.end(bytes || typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}))
      })
    })
    this.server.on('upgrade', (request, socket, head) => {
      const refusal = this.refuseSocket?.()
      if (refusal !== undefined) {
        const headers = Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`)
        socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${headers.join('')}connection: close\r\n\r\n`)
        return
      }
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.sockets.push(webSocket)
        this.onSocket(webSocket, new URL(request.url ?? '', 'ws://server'))
      })
    })
  }

  static async start(port = 0): Promise<TestServer> {
    const one = new TestServer()
    await new Promise<void>((resolve) => one.server.listen(port, '127.0.0.1', resolve))
    one.url = `http://127.0.0.1:${(one.server.address() as AddressInfo).port}`
    return one
  }

  async close(): Promise<void> {
    for (const socket of this.webSockets.clients) socket.terminate()
    this.server.closeAllConnections()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }
}
