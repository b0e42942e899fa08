import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a reader and a server, and breaks all connections when told to. */
export class CutProxy {
  readonly url: string
  private readonly open: Set<Socket>
  private readonly server: ReturnType<typeof createServer>
  private isCut = false

  private constructor(server: ReturnType<typeof createServer>, open: Set<Socket>) {
    this.server = server
    this.open = open
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(target: string): Promise<CutProxy> {
    const { hostname, port } = new URL(target)
    const open = new Set<Socket>()
    let proxy: CutProxy | undefined
    const server = createServer((socket) => {
      if (proxy?.isCut === true) {
        socket.destroy()
        return
      }
      const other = connect(Number(port), hostname)
      for (const [one, another] of [
        [socket, other],
        [other, socket],
      ] as const) {
        open.add(one)
        one.once('close', () => {
          open.delete(one)
          another.destroy()
        })
        // The close event follows.
        one.on('error', () => undefined)
      }
      socket.pipe(other).pipe(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    proxy = new CutProxy(server, open)
    return proxy
  }

  /** Breaks every connection, and takes none until `mend`. */
  cut(): void {
    this.isCut = true
    for (const socket of this.open) socket.destroy()
  }

  mend(): void {
    this.isCut = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
