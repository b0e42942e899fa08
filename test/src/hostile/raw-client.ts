import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** Bytes that the packets of a connection count for, so that those which send nothing have a price, too. */
const connectionBytes = 180

/** Sockets of one attacker, and what they sent. */
export class RawClients {
  sentBytes = 0
  readonly sockets: Socket[] = []
  private readonly port: number

  constructor(port: number) {
    this.port = port
  }

  /** Opens a connection that reads what comes, unless told not to. */
  open({ reads = true, keepsItsSide = false } = {}): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: keepsItsSide })
    // An attacker is refused and cut off: that is what is measured.
    socket.on('error', () => undefined)
    if (reads) socket.resume()
    else socket.pause()
    this.sockets.push(socket)
    this.sentBytes += connectionBytes
    return socket
  }

  /** Writes; resolves when the kernel has taken it, the socket is gone, or it is no longer `writable`. */
  send(socket: Socket, data: string | Uint8Array): Promise<void> {
    if (socket.destroyed || !socket.writable) return Promise.resolve()
    this.sentBytes += data.length
    return new Promise((resolve) => {
      const gone = (): void => resolve()
      socket.once('close', gone)
      socket.write(data, () => {
        socket.off('close', gone)
        resolve()
      })
    })
  }

  /** Ends all of them at once. */
  end(): void {
    for (const socket of this.sockets) socket.destroy()
  }
}

/** A request without a body. */
export const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`

/** The head of a request with a body. */
export const post = (path: string, type: string, bytes: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n`

/** A request to become a WebSocket. */
export const upgrade = (path: string): string =>
  get(
    path,
    `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n`,
  )

/** A masked frame of up to 125 bytes; the mask is zero. */
export function frame(opcode: number, data: Uint8Array, last = true): Buffer {
  const { length } = data
  const size = length < 126 ? [length] : [126, length >> 8, length & 255]
  const [first = 0, ...more] = size
  return Buffer.concat([Buffer.from([(last ? 0x80 : 0) | opcode, 0x80 | first, ...more]), Buffer.alloc(4), data])
}
