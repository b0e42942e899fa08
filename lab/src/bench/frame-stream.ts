import type { Socket } from 'node:net'
import { CliError } from '@parley/cli'
import { messageReceiptBytes } from '@parley/protocol'
import { WebSocket } from 'ws'

/** Frames sent and not answered on one connection. */
const window = 128

function invalid(field: string, reason: string): CliError {
  return new CliError({ code: 'ANSWER_INVALID', server: 'sequencer', field, reason })
}

/**
 * Sends frames over one message stream, a window of them under way, and waits until all are answered.
 * @param frame - The frame of a number, each of as many messages.
 * @param onAnswer - Told the receipts of each frame, in order.
 * @throws {CliError} `ANSWER_INVALID`; the signal's reason.
 */
export async function streamFrames(
  url: string,
  load: { readonly frames: number; readonly messagesPerFrame: number; readonly frame: (number: number) => Buffer },
  onAnswer: (receipts: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/stream`, { perMessageDeflate: false })
  let raw: Socket | undefined
  let sent = 0
  let answered = 0
  /** Frames of one turn of the loop leave in one write, as they do from a client that is busy. */
  const send = (): void => {
    if (raw !== undefined && raw.writableCorked === 0) {
      raw.cork()
      process.nextTick((corked: Socket) => corked.uncork(), raw)
    }
    for (; sent < load.frames && sent - answered < window; sent += 1) socket.send(load.frame(sent))
  }
  socket.on('upgrade', (response) => {
    raw = response.socket
  })
  socket.on('open', send)
  socket.on('message', (data: Buffer, binary) => {
    if (!binary || data.length !== load.messagesPerFrame * messageReceiptBytes) {
      reject(invalid('frame', `${data.length} bytes`))
      return
    }
    answered += 1
    onAnswer(data)
    if (answered === load.frames) resolve()
    else send()
  })
  socket.on('error', (error) => reject(invalid('connection', error.message)))
  socket.on('close', (code) => reject(invalid('connection', `closed with ${code}`)))
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
    socket.terminate()
  }
}
