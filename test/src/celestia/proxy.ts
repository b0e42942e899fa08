import { createServer, type IncomingMessage } from 'node:http'

/** What becomes of a call: it goes through, or is cut, waits, or is answered with the node's answer changed. */
export type Fate = 'pass' | 'cut' | { readonly until: Promise<void> } | { readonly change: (body: string) => string }

/** Stands before a node, so that the compliance suite can break what it does not own. */
export interface NodeProxy {
  readonly url: string
  /** Methods that the node answered with a result, in their order. */
  readonly done: readonly string[]
  meddle(fateOf: (method: string, params: readonly unknown[]) => Fate): void
  close(): Promise<void>
}

export async function startNodeProxy(target: string, timeoutMs: number): Promise<NodeProxy> {
  const done: string[] = []
  let fateOf: (method: string, params: readonly unknown[]) => Fate = () => 'pass'
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const body = await textOf(request)
      const { method, params } = JSON.parse(body) as { method: string; params: readonly unknown[] }
      const fate = fateOf(method, params)
      if (fate === 'cut') return void response.destroy()
      if (typeof fate === 'object' && 'until' in fate) await fate.until
      const { authorization = '' } = request.headers
      const answer = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = await answer.text()
      if (answer.ok && text.includes('"result"')) done.push(method)
      const told = typeof fate === 'object' && 'change' in fate ? fate.change(text) : text
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(told)
    }
    // The node is away, or the client went: either sees a cut connection.
    forward().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    done,
    meddle: (next) => {
      fateOf = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
