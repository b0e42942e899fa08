import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { main, product } from '@parley/cli'

const binary = fileURLToPath(new URL('../../../cli/bin/parley.js', import.meta.url))

/** A `parley` process of a test; end it with `kill` in every case. */
export class ParleyProcess {
  readonly stdout: string[] = []
  readonly stderr: string[] = []
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  private readonly child: ChildProcess
  private told = Promise.withResolvers<void>()

  /** @param stdin - What it reads: nothing, or what `type` says. */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    stdin: 'ignore' | 'pipe' = 'ignore',
  ) {
    const { PATH, HOME } = process.env
    this.child = spawn(process.execPath, [binary, ...args], {
      stdio: [stdin, 'pipe', 'pipe'],
      env: { PATH: PATH ?? '', HOME: HOME ?? '', ...env },
    })
    for (const name of ['stdout', 'stderr'] as const)
      createInterface({ input: this.child[name] as Readable }).on('line', (line) => {
        this[name].push(line)
        this.told.resolve()
        this.told = Promise.withResolvers()
      })
    this.ended = once(this.child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Writes a line to what it reads. */
  type(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** The first line on either stream that matches, now or later. @throws when the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(`${pattern}`, () => {
      for (const line of [...this.stdout, ...this.stderr]) {
        const found = pattern.exec(line)
        if (found !== null) return found
      }
      return undefined
    })
  }

  /** What is found in what it printed, now or later. @throws when the process ends before. */
  async until<T>(what: string, find: () => T | undefined): Promise<T> {
    const ended = this.ended.then((code) => {
      throw new Error(`ended with ${code} before ${what}:\n${this.stderr.slice(-30).join('\n')}`)
    })
    ended.catch(() => undefined)
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await Promise.race([this.told.promise, ended])
    }
  }

  /** Ends it if it still runs. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL')
    await this.ended
  }
}

/** Runs a command to its end, in a process of its own. */
export async function parley(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const run = new ParleyProcess(args, env)
  const code = await run.ended
  return { code, stdout: run.stdout.join('\n'), stderr: run.stderr.join('\n') }
}

/** Runs one of the product's commands to its end as its process would, in this one: a start costs more than most commands do. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [collected(), collected()]
  const code = await main(product, args, {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env,
    entries: { write: (line) => void stderr.write(line), flush: async () => undefined },
    ppid: process.ppid,
    on: () => undefined,
    exit: (asked) => {
      throw new Error(`${args[0]} ended the process with ${asked}`)
    },
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** A stream of the process that nobody watches; its lines as `ParleyProcess` has them. */
function collected(): Writable & { readonly columns: number; text(): string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  return Object.assign(stream, { columns: 80, text: () => Buffer.concat(chunks).toString('utf8').replace(/\n$/, '') })
}
