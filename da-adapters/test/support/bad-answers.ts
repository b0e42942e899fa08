import type { ServerResponse } from 'node:http'
import type { BadAnswer } from '@parley/protocol/compliance'
import type { Meddling } from '../../src/testing/index.ts'

const statuses = { 'not found': 404, gone: 410, busy: 429, broken: 500 } as const
const octets = { 'content-type': 'application/octet-stream' }

/** Bytes as fast as they are taken, without end. */
export function writeEndlessly(response: ServerResponse): void {
  response.writeHead(200, octets)
  // It has no body, and takes any without end.
  if (response.req.method === 'HEAD') return void response.end()
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
  }
  response.on('drain', more)
  more()
}

/** A byte now and then, without end. */
export function trickle(response: ServerResponse): void {
  response.writeHead(200, octets)
  const writing = setInterval(() => response.write(Buffer.from([0])), 50)
  response.on('close', () => clearInterval(writing))
}

/** What a proxy does so that its layer answers like this. */
export function badly(how: BadAnswer): Meddling {
  switch (how) {
    case 'wrong':
      return changed((body) => {
        const other = body.slice()
        if (other.length > 1000) other[999] = (other[999] ?? 0) ^ 1
        return other
      })
    case 'short':
      return changed((body) => body.slice(0, -1))
    case 'long':
      return changed((body) => Buffer.concat([body, Uint8Array.of(0)]))
    case 'endless':
      return { write: writeEndlessly }
    case 'slow':
      return { write: trickle }
    case 'hanging':
      return 'hold'
    default:
      return { swallow: { status: statuses[how], type: 'text/plain', body: new Uint8Array(0) } }
  }
}

const changed = (change: (body: Uint8Array) => Uint8Array): Meddling => ({
  answer: (real) => ({ ...real, body: change(real.body) }),
})
