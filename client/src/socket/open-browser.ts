import type { Socket, SocketEnd, SocketEvents, SocketOptions } from './socket.ts'

/** What is used of a browser's WebSocket. */
interface BrowserSocket {
  binaryType: string
  onopen: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  send(bytes: Uint8Array): void
  close(): void
}
declare const WebSocket: new (url: string) => BrowserSocket

/**
 * Opens a connection in a browser. Pings and refusals of the upgrade are not told to pages, and nothing can be paused:
 * a reader that is slow drops the connection and goes on with another.
 */
export function openSocket(url: string, { openTimeoutMs }: SocketOptions, events: SocketEvents): Socket {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  let isOver = false
  const end = (told: SocketEnd): void => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    events.ended(told)
  }
  const timer =
    openTimeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          socket.close()
          end({ reason: `not open within ${openTimeoutMs} ms` })
        }, openTimeoutMs)
  socket.onopen = () => {
    clearTimeout(timer)
    if (!isOver) events.opened()
  }
  socket.onmessage = ({ data }) => {
    if (isOver) return
    if (data instanceof ArrayBuffer) events.received(new Uint8Array(data))
    else events.heard()
  }
  socket.onclose = ({ code, reason }) => end({ code, reason })
  return {
    send: (bytes) => socket.send(bytes),
    pause: () => false,
    resume: () => undefined,
    isPaused: false,
    close: () => socket.close(),
    drop: () => {
      isOver = true
      clearTimeout(timer)
      socket.close()
    },
  }
}
