import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an archive does with every question: answers with a status, or worse. */
export type BadArchive =
  | 404
  | 410
  | 429
  | 500
  | 'wrong'
  | 'truncated'
  | 'empty'
  | 'cut'
  | 'endless'
  | 'slow'
  | 'hanging'

export interface BadServer extends AsyncDisposable {
  readonly url: string
  /** Questions so far. */
  asked: number
}

/** An archive that never serves what was asked for. @param right - What it should serve; spoilt where `how` says so. */
export async function startBadArchive(how: BadArchive, right: Uint8Array): Promise<BadServer> {
  const server = createServer((_, response) => {
    bad.asked += 1
    answerBadly(how, right, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bad = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return bad
}

function answerBadly(how: BadArchive, right: Uint8Array, response: ServerResponse): void {
  if (how === 'hanging') return
  if (typeof how === 'number') response.writeHead(how, how === 429 ? { 'retry-after': '7' } : {}).end()
  else if (how === 'wrong') response.end(right.map((byte, i) => (i === right.length - 1 ? byte ^ 1 : byte)))
  else if (how === 'truncated') response.end(right.subarray(0, right.length - 1))
  else if (how === 'empty') response.end()
  else if (how === 'cut')
    response.writeHead(200, { 'content-length': right.length }).write(right.subarray(0, 1), () => response.destroy())
  else if (how === 'slow') trickle(response)
  else flood(response)
}

/** A byte now and then, without end. */
function trickle(response: ServerResponse): void {
  const writing = setInterval(() => response.write(Buffer.from([0])), 20)
  response.on('close', () => clearInterval(writing))
}

/** Bytes as fast as they are taken, without end. */
function flood(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
  }
  response.on('drain', more)
  more()
}
