import { connect, type Socket } from 'node:net'
import { ManualClock } from '@parley/runtime/testing'
import { type Logger, pino } from 'pino'
import { Registry } from 'prom-client'
import { type ApiServer, addCharges, createApiServer, type GuardOptions, guardOptions } from '../../src/server/index.ts'

const open = new Set<() => Promise<unknown>>()

export async function endAll(): Promise<void> {
  await Promise.all([...open].map((end) => end()))
  open.clear()
}

export interface Started extends ApiServer {
  readonly url: string
  readonly port: number
  readonly clock: ManualClock
  /** Requests of the large answer that reached its handler. */
  largeAsked(): number
}

/** A server with an answer of `large` bytes, one that waits for `let` and one that takes bodies. */
export async function startServer(
  options: Partial<GuardOptions> = {},
  large = 100_000,
  { log = pino({ level: 'silent' }), addTo }: { log?: Logger; addTo?: (server: ApiServer) => void } = {},
): Promise<Started> {
  const clock = new ManualClock()
  const deps = { clock, log, registry: new Registry(), statusOf: () => undefined }
  const server = createApiServer(deps, { ...guardOptions(options), maxBodyBytes: 1_000_000 })
  addCharges(server, undefined)
  const { app } = server
  app.get('/small', async () => ({ small: true }))
  let asked = 0
  app.get('/large', { config: { cost: 100 } }, async (_, reply) => {
    asked += 1
    return reply.type('application/octet-stream').send(Buffer.alloc(large))
  })
  app.post('/body', { bodyLimit: 1_000_000 }, async ({ body }) => ({
    bytes: body instanceof Uint8Array ? body.length : -1,
  }))
  addTo?.(server)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  open.add(() => app.close())
  return { ...server, url, port: Number(new URL(url).port), clock, largeAsked: () => asked }
}

/** A connection from one of this machine's own addresses, and what it received. */
export class RawClient {
  received = ''
  readonly socket: Socket
  private readonly closed = Promise.withResolvers<string>()

  constructor(port: number, { localAddress = '127.0.0.1', keepsItsSide = false } = {}) {
    this.socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: keepsItsSide })
    this.socket.on('data', (data) => {
      this.received += data.toString('latin1')
    })
    // The close event follows.
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => this.closed.resolve(this.received))
    open.add(async () => this.socket.destroy())
  }

  send(text: string | Uint8Array): this {
    this.socket.write(text)
    return this
  }

  /** All that came until the connection closed. */
  untilClosed(): Promise<string> {
    return this.closed.promise
  }
}

/** Waits until `look` gives something; fails by the test's own time. */
export async function eventually<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setImmediate(resolve))
  }
}
