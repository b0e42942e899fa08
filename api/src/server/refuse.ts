import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { CodedError } from '@parley/protocol'
import { RequestError, statusOfCode } from '../faults.ts'

/** Headers of every answer: anyone's page may read it, without credentials. */
export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after, etag',
}

/** Status, headers and text of a fault. */
export function faultAnswer(
  error: CodedError,
  status: number,
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const { retryAfterMs } = error.fault as { retryAfterMs?: number }
  const body = JSON.stringify(error.toJSON())
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  }
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  return { status, headers, body }
}

/** Answers a request with a fault of the guard, before anything else has seen it. */
export function refuse(response: ServerResponse, error: RequestError, close: boolean): void {
  const { status, headers, body } = faultAnswer(error, statusOfCode(error.fault.code) ?? 500)
  response.writeHead(status, { ...headers, ...corsHeaders, ...(close && { connection: 'close' }) }).end(body)
}

/** Answers what is not HTTP, came too slowly or may not become a WebSocket, and gives the socket back whoever holds its other end. */
export function refuseSocket(socket: Duplex, error: RequestError): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, headers, body } = faultAnswer(error, statusOfCode(error.fault.code) ?? 400)
  const lines = Object.entries({ ...headers, ...corsHeaders, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
  // To end one's own side is not enough: the other may stay open for ever.
  socket.end(text, () => socket.destroy())
}

/** What Node's parser or its clock found wrong with a connection, as a fault. */
export function clientFault({ code }: { readonly code?: string }): RequestError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestError({ code: 'REQUEST_TIMEOUT' })
  return new RequestError({ code: 'REQUEST_MALFORMED', reason: code ?? 'not HTTP' })
}
