import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Method } from './methods.ts'
import { RpcError } from './rpc-error.ts'

/** One request as it came, once it was read. */
export interface Call {
  readonly method: string
  readonly params: readonly unknown[]
}

/** What is answered: a status and a body of text. */
export interface Answer {
  readonly status: number
  readonly body: string | Uint8Array
}

/** Spoils answers: takes the connection over, or gives an answer of its own; `undefined` leaves the call alone. */
export type Meddling = (
  call: Call,
  answer: () => Promise<Answer>,
  response: ServerResponse,
) => Promise<Answer | undefined | 'taken'>

export interface RpcServerOptions {
  readonly host: string
  readonly port: number
  /** Who may read, and who may also write. */
  readonly tokens: { readonly read: string; readonly write: string }
}

/** Twice what a blob may have, as the node's own bound. */
const maxBodyBytes = 16 * 1024 * 1024

/** JSON-RPC as celestia-node serves it: positional parameters, exact arity, permissions by token. */
export class RpcServer {
  /** How answers are spoilt, for tests; nothing when undefined. */
  meddling: Meddling | undefined
  private readonly server: Server
  private readonly methods: ReadonlyMap<string, Method>
  private readonly options: RpcServerOptions

  constructor(methods: ReadonlyMap<string, Method>, options: RpcServerOptions) {
    this.methods = methods
    this.options = options
    this.server = createServer((request, response) => void this.serve(request, response))
  }

  async listen(): Promise<string> {
    const { host, port } = this.options
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, host, resolve)
    })
    const address = this.server.address()
    return `http://${host}:${typeof address === 'object' ? address?.port : port}`
  }

  close(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(() => resolve()))
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const level = this.levelOf(authorizationOf(request))
      if (level === undefined) return void response.writeHead(401).end()
      const body = await readBody(request)
      if (body === undefined) return void send(response, failed(null, new RpcError('request body too large', -32_700)))
      const call = callOf(body)
      const answer = () => this.answer(call, level)
      const spoilt = call === undefined ? undefined : await this.meddling?.(call, answer, response)
      if (spoilt !== 'taken') send(response, spoilt ?? (await answer()))
    } catch (error) {
      // The client went away in the middle: there is nobody to answer.
      response.destroy(error instanceof Error ? error : undefined)
    }
  }

  private levelOf(authorization: string | undefined): 'public' | 'read' | 'write' | undefined {
    const { read, write } = this.options.tokens
    if (authorization === undefined) return 'public'
    if (authorization === `Bearer ${write}`) return 'write'
    return authorization === `Bearer ${read}` ? 'read' : undefined
  }

  private async answer(call: (Call & { readonly id: unknown }) | undefined, level: string): Promise<Answer> {
    if (call === undefined) return failed(null, new RpcError('unmarshaling request', -32_700))
    const { id, method, params } = call
    const found = this.methods.get(method)
    if (found === undefined) return failed(id, new RpcError(`method '${method}' not found`, -32_601))
    if (params.length !== found.arity)
      return failed(
        id,
        new RpcError(`wrong param count (method '${method}'): ${params.length} != ${found.arity}`, -32_602),
      )
    const name = method.slice(method.indexOf('.') + 1)
    if (level !== 'write' && level !== found.level)
      return failed(id, new RpcError(`missing permission to invoke '${name}' (need '${found.level}')`))
    try {
      return { status: 200, body: JSON.stringify({ jsonrpc: '2.0', result: await found.call(params), id }) }
    } catch (error) {
      if (error instanceof RpcError) return failed(id, error)
      throw error
    }
  }
}

/** A token comes in the header or in the query. */
function authorizationOf({ headers, url }: IncomingMessage): string | undefined {
  const token = new URL(url ?? '/', 'http://localhost').searchParams.get('token')
  return headers.authorization ?? (token === null ? undefined : `Bearer ${token}`)
}

/** The framework's own errors come with status 500, those of methods with 200. */
function failed(id: unknown, { code, message }: RpcError): Answer {
  return { status: code === 1 ? 200 : 500, body: JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id }) }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > maxBodyBytes) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function callOf(body: string): (Call & { readonly id: unknown }) | undefined {
  try {
    const { id, method, params = [] } = JSON.parse(body) as Record<string, unknown>
    return typeof method === 'string' && Array.isArray(params) ? { id, method, params } : undefined
  } catch {
    // Not JSON, or not an object.
    return undefined
  }
}
