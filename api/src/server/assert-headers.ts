import type { IncomingMessage } from 'node:http'
import { RequestError } from '../faults.ts'
import { json, mediaTypeOf, octets } from './media.ts'

/**
 * Refuses what a server would otherwise overlook: no host or several, a body in another encoding or character set.
 * @throws {RequestError} `REQUEST_MALFORMED`, `CONTENT_ENCODING`, `CONTENT_TYPE`.
 */
export function assertHeaders({ headers, rawHeaders, httpVersion, method }: IncomingMessage): void {
  const hosts = hostsIn(rawHeaders)
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1'))
    throw new RequestError({ code: 'REQUEST_MALFORMED', reason: `has ${hosts} Host headers, not one` })
  if (method === 'GET' || method === 'HEAD') return
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    throw new RequestError({ code: 'CONTENT_ENCODING', received: encoding, expected: ['identity'] })
  const type = headers['content-type'] ?? ''
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1]?.toLowerCase() ?? 'utf-8'
  if (mediaTypeOf(type) === json && !['utf-8', 'utf8', 'us-ascii'].includes(charset))
    throw new RequestError({ code: 'CONTENT_TYPE', received: type, expected: [octets, json] })
}

/** Host headers; names and values alternate. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts
}
