import { Readable, Writable } from 'node:stream'
import { main, product } from '@parley/cli'

/** A role that runs in this process, which its own would take a second to begin. */
export class RoleHere {
  /** What it printed and logged, in JSON. */
  readonly lines: string[] = []
  /** Exit code. */
  readonly ended: Promise<number>
  private readonly listeners: (() => void)[] = []

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const stream = Object.assign(
      new Writable({
        write: (chunk: Buffer, _, done) => {
          this.lines.push(...chunk.toString('utf8').split('\n'))
          done()
        },
      }),
      { columns: 80 },
    )
    this.ended = main(product, args, {
      stdin: Readable.from([]),
      stdout: stream,
      stderr: stream,
      env: { ...env, PARLEY_LOG_FORMAT: 'json' },
      entries: { write: (line) => void this.lines.push(line), flush: async () => undefined },
      ppid: process.ppid,
      on: (_, listener) => this.listeners.push(listener),
      exit: (code) => {
        throw new Error(`${args[0]} ended the process with ${code}`)
      },
    })
  }

  /** Asks it to end, as a signal does. */
  async stop(): Promise<number> {
    const [listener] = this.listeners.splice(0)
    listener?.()
    return this.ended
  }
}
