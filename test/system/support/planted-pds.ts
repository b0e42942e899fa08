import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import {
  decodeSigned,
  decodeStatement,
  encodeSigned,
  encodeStatement,
  type Statement,
  type StatementKind,
  signBytes,
} from '@parley/pds/testing'
import type { PrivateKeyAccount } from 'viem/accounts'
import { onTestFinished } from 'vitest'

/** What a service says in place of what is so, by kind of statement. */
export type Plant = { readonly [K in StatementKind]?: (statement: Statement<K>) => Statement<K> } & {
  /** That it gives out no content. */
  readonly losesContents?: boolean
}

const kindOf = (path: string): StatementKind | undefined => {
  if (path.startsWith('/v1/inbox')) return 'inbox'
  if (path.endsWith('/record') || path.includes('/record?')) return 'record'
  if (path.startsWith('/v1/conversations')) return 'conversations'
  if (path.startsWith('/v1/hidden')) return 'hidden'
  if (path.startsWith('/v1/checkpoint')) return 'checkpoint'
  if (path.startsWith('/v1/want')) return 'held'
  return undefined
}

/** A service that lies: it stands before an honest one, changes what that says and signs it by the same key. */
export async function plantedPds(url: string, key: PrivateKeyAccount, plant: Plant): Promise<string> {
  const changed = async (kind: StatementKind, answer: Uint8Array): Promise<Uint8Array> => {
    const change = plant[kind] as ((statement: Statement<StatementKind>) => Statement<StatementKind>) | undefined
    if (change === undefined) return answer
    const statement = change(decodeStatement(kind, decodeSigned(answer).bytes))
    return encodeSigned(await signBytes(key, statement, 'Statement', encodeStatement(statement)))
  }
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/'
    const { authorization, 'content-type': type } = request.headers
    const body = new Uint8Array(await buffer(request))
    const answer = await fetch(url + path, {
      method: request.method ?? 'GET',
      headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
      ...(body.length > 0 && { body }),
    })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (path.startsWith('/ipfs/') && plant.losesContents === true) {
      response.writeHead(404).end()
      return
    }
    const kind = answer.status === 200 ? kindOf(path) : undefined
    const sent = kind === undefined ? bytes : await changed(kind, bytes)
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
