import { eventually } from './harness.ts'

/** A WebSocket that remembers what it heard. */
export class Listener {
  readonly frames: Uint8Array[] = []
  readonly texts: string[] = []
  closed: { code: number; reason: string } | undefined
  private readonly socket: WebSocket
  private refused = false

  constructor(url: string, path: string) {
    this.socket = new WebSocket(url.replace('http', 'ws') + path)
    this.socket.binaryType = 'arraybuffer'
    this.socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') this.texts.push(data)
      else this.frames.push(new Uint8Array(data as ArrayBuffer))
    })
    this.socket.addEventListener('error', () => {
      this.refused = true
    })
    this.socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason }
    })
  }

  async opened(): Promise<this> {
    await eventually('open', () => this.socket.readyState === WebSocket.OPEN || this.refused || undefined)
    if (this.refused) throw new Error('the upgrade was refused')
    return this
  }

  send(data: Uint8Array | string): void {
    this.socket.send(typeof data === 'string' ? data : Buffer.from(data))
  }

  /** The first `count` frames. */
  heard(count: number): Promise<Uint8Array[]> {
    return eventually(`${count} frames`, () => (this.frames.length >= count ? this.frames.slice(0, count) : undefined))
  }

  ended(): Promise<{ code: number; reason: string }> {
    return eventually('close', () => this.closed)
  }

  close(): void {
    this.socket.close()
  }
}
