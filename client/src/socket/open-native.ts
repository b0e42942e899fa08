import { type RawData, WebSocket } from 'ws'
import type { Socket, SocketEvents, SocketOptions } from './socket.ts'

/** Opens a connection in Node. */
export function openSocket(url: string, options: SocketOptions, events: SocketEvents): Socket {
  const { maxMessageBytes, openTimeoutMs, headers } = options
  const socket = new WebSocket(url, {
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    ...(headers && { headers: { ...headers } }),
    ...(openTimeoutMs === undefined ? {} : { handshakeTimeout: openTimeoutMs }),
  })
  let isOver = false
  const end = (told: Parameters<SocketEvents['ended']>[0]): void => {
    if (isOver) return
    isOver = true
    events.ended(told)
  }
  socket.on('open', () => events.opened())
  socket.on('message', (data, binary) => (binary ? events.received(bytesOf(data)) : events.heard()))
  socket.on('ping', () => events.heard())
  socket.on('close', (code, reason) => end({ code, reason: reason.toString() }))
  socket.on('error', (cause) => end({ reason: cause.message, cause }))
  socket.on('unexpected-response', (request, { statusCode = 0, statusMessage = '', headers }) => {
    const retryAfter = headers['retry-after']
    end({ status: statusCode, reason: statusMessage, ...(retryAfter === undefined ? {} : { retryAfter }) })
    request.destroy()
  })
  return {
    send: (bytes) => socket.send(bytes),
    pause: () => {
      socket.pause()
      return true
    },
    resume: () => socket.resume(),
    get isPaused() {
      return socket.isPaused
    },
    close: () => socket.close(),
    drop: () => {
      isOver = true
      socket.terminate()
    },
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
