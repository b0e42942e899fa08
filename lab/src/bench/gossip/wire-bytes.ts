import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

const channels = ['net.client.socket', 'net.server.socket'] as const

/** Bytes that all TCP connections made in this process since have received, headers, encryption and acknowledgements of streams included. */
export class WireBytes {
  private readonly sockets = new Set<Socket>()
  private closed = 0
  private readonly watch = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    this.sockets.add(socket)
    socket.once('close', () => {
      this.sockets.delete(socket)
      this.closed += socket.bytesRead
    })
  }

  constructor() {
    for (const channel of channels) subscribe(channel, this.watch)
  }

  get received(): number {
    return [...this.sockets].reduce((sum, { bytesRead }) => sum + bytesRead, this.closed)
  }

  end(): void {
    for (const channel of channels) unsubscribe(channel, this.watch)
  }
}
