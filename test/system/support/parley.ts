import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const binary = fileURLToPath(new URL('../../../cli/bin/parley.js', import.meta.url))

/** A `parley` process of a test; end it with `kill` in every case. */
export class ParleyProcess {
  readonly stdout: string[] = []
  readonly stderr: string[] = []
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  private readonly child: ChildProcess
  private told = Promise.withResolvers<void>()

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH, HOME } = process.env
    this.child = spawn(process.execPath, [binary, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
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

  /** The first line on either stream that matches, now or later. @throws when the process ends before. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.ended.then((code) => {
      throw new Error(`ended with ${code} before ${pattern}:\n${this.stderr.slice(-30).join('\n')}`)
    })
    ended.catch(() => undefined)
    for (;;) {
      for (const line of [...this.stdout, ...this.stderr]) {
        const found = pattern.exec(line)
        if (found !== null) return found
      }
      await Promise.race([this.told.promise, ended])
    }
  }

  /** Ends it if it still runs. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL')
    await this.ended
  }
}

/** Runs a command to its end. */
export async function parley(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const run = new ParleyProcess(args, env)
  const code = await run.ended
  return { code, stdout: run.stdout.join('\n'), stderr: run.stderr.join('\n') }
}
