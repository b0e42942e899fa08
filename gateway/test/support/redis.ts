import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RedisClient } from '../../src/index.ts'

/** A Redis of Debian on a socket of its own. */
export interface TestRedis {
  client(): RedisClient & { close(): void }
  stop(): Promise<void>
}

/** Whether Debian's Redis is here. */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    // It is not installed, and where no package can be had it cannot be.
    return false
  }
}

export async function startRedis(): Promise<TestRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'parley-redis-'))
  const path = join(dir, 'redis.sock')
  const args = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', dir]
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.includes('ready to accept connections') || said.includes('now ready')) break
  }
  return {
    client: () => new Resp(path),
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      rmSync(dir, { recursive: true })
    },
  }
}

/** As much of Redis's protocol as a script and its answer of two values need. @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
class Resp implements RedisClient {
  private readonly socket: Socket
  private readonly waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = []
  private rest = ''

  constructor(path: string) {
    this.socket = connect(path)
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.rest += text
      this.read()
    })
    this.socket.on('error', (error) => this.fail(error))
    this.socket.on('close', () => this.fail(new Error('the connection is closed')))
  }

  eval(script: string, keys: number, ...rest: readonly (string | number)[]): Promise<unknown> {
    if (this.socket.destroyed) return Promise.reject(new Error('the connection is closed'))
    const words = ['EVAL', script, keys, ...rest].map(String)
    const sent = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.socket.write(`*${words.length}\r\n${sent.join('')}`)
    })
  }

  close(): void {
    this.socket.destroy()
  }

  private read(): void {
    for (;;) {
      const error = /^-(.*)\r\n/.exec(this.rest)
      const pair = /^\*2\r\n:(\d+)\r\n\$\d+\r\n(\d+)\r\n/.exec(this.rest)
      const found = error ?? pair
      if (found === null) return
      this.rest = this.rest.slice(found[0].length)
      const next = this.waiting.shift()
      if (error === null) next?.resolve(found.slice(1))
      else next?.reject(new Error(error[1]))
    }
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }
}
