import type { WebSocket } from '@fastify/websocket'

/** Answers pings, one at a time: of those that come before an answer has left, the latest alone, as RFC 6455 allows. */
export function answerPings(socket: WebSocket): void {
  let leaving = false
  let latest: Buffer | undefined
  const answer = (data: Buffer): void => {
    leaving = true
    socket.pong(data, false, () => {
      leaving = false
      const next = latest
      latest = undefined
      if (next !== undefined && socket.readyState === socket.OPEN) answer(next)
    })
  }
  socket.on('ping', (data: Buffer) => {
    if (leaving) latest = data
    else answer(data)
  })
}
