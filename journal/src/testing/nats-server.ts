import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = fileURLToPath(new URL('../../../node_modules/.cache/nats-server', import.meta.url))

/**
 * The path of Debian's `nats-server`: the installed one, or one that is fetched from Debian's packages and unpacked once.
 * @throws when there is neither: what `apt-get` said
 */
export async function natsServerPath(): Promise<string> {
  const installed = await run('which', ['nats-server']).catch(() => undefined)
  if (installed !== undefined) return installed.stdout.trim()
  const kept = join(cache, 'usr/sbin/nats-server')
  if (await isThere(kept)) return kept
  await mkdir(join(cache, '..'), { recursive: true })
  const place = await mkdtemp(`${cache}-`)
  try {
    await download(place)
    const [archive] = await readdir(place)
    await run('dpkg', ['-x', archive as string, join(place, 'unpacked')], { cwd: place })
    // Two may unpack at once: the second finds the first one's.
    await rename(join(place, 'unpacked'), cache).catch(async (error) => {
      if (!(await isThere(kept))) throw error
    })
  } finally {
    await rm(place, { recursive: true })
  }
  return kept
}

/** A new machine may not know Debian's packages yet. */
async function download(cwd: string): Promise<void> {
  try {
    await run('apt-get', ['download', 'nats-server'], { cwd })
  } catch {
    await run('apt-get', ['update'])
    await run('apt-get', ['download', 'nats-server'], { cwd })
  }
}

const isThere = async (path: string): Promise<boolean> =>
  (await run('test', ['-x', path]).catch(() => undefined)) !== undefined

export interface NatsServerOptions {
  /** Where it keeps streams. */
  readonly directory: string
  readonly port: number
  /** Asked of whoever connects. */
  readonly token?: string
  /** Of a cluster: its name among the members, its own port for them, and all members' ports. */
  readonly cluster?: { readonly name: string; readonly port: number; readonly ports: readonly number[] }
}

/** A real `nats-server` with JetStream on this machine. */
export class NatsServer {
  readonly #process: ChildProcess
  readonly address: string

  private constructor(process: ChildProcess, address: string) {
    this.#process = process
    this.address = address
  }

  /** Resolves when it takes connections. */
  static async start(options: NatsServerOptions): Promise<NatsServer> {
    const { directory, port, token, cluster } = options
    await mkdir(directory, { recursive: true })
    const config = join(directory, 'nats.conf')
    const routes = cluster?.ports.map((other) => `nats://127.0.0.1:${other}`)
    await writeFile(
      config,
      [
        `host: 127.0.0.1, port: ${port}`,
        `jetstream { store_dir: ${JSON.stringify(join(directory, 'streams'))} }`,
        ...(token === undefined ? [] : [`authorization { token: ${JSON.stringify(token)} }`]),
        ...(cluster === undefined
          ? []
          : [
              `server_name: ${cluster.name}`,
              `cluster { name: journal, host: 127.0.0.1, port: ${cluster.port}, routes: ${JSON.stringify(routes)} }`,
            ]),
      ].join('\n'),
    )
    const process = spawn(await natsServerPath(), ['-c', config], { stdio: 'ignore' })
    await once(process, 'spawn')
    while (!(await accepts(port))) {
      if (process.exitCode !== null) throw new Error(`nats-server on port ${port} ended with ${process.exitCode}`)
      await sleep(10)
    }
    return new NatsServer(process, `127.0.0.1:${port}`)
  }

  /** Sends a signal; `SIGKILL` and `SIGTERM` end it. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  async stop(name: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill(name)
    await ended
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

/** Ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
