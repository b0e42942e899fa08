import type { ServerResponse } from 'node:http'
import type { BacklogDeps, BacklogOptions } from '../socket/backlog.ts'
import { HttpTransport } from './http-transport.ts'

/** Server-sent events: each is a frame in base64. */
export class EventStream extends HttpTransport {
  private readonly response: ServerResponse

  constructor(response: ServerResponse, deps: BacklogDeps, options: BacklogOptions) {
    super(deps, options)
    this.response = response
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies that gather an answer before they pass it on would keep it for ever.
      'x-accel-buffering': 'no',
    })
    response.once('close', () => this.end())
    // The close event follows and ends everything.
    response.on('error', () => undefined)
  }

  get isHeard(): boolean {
    return !this.response.closed
  }

  protected transmit(frame: Uint8Array, left: () => void): void {
    const { buffer, byteOffset, length } = frame
    const text = Buffer.from(buffer, byteOffset, length).toString('base64')
    this.response.write(`data: ${text}\n\n`, (error) => {
      if (error === null || error === undefined) left()
    })
  }

  protected finish(): void {
    this.response.end()
  }

  override end(): void {
    super.end()
    this.response.destroy()
  }
}
