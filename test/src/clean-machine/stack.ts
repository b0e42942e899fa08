import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { binary } from '@parley/cli'
import { devnetDefaults, startDevnet } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import pino from 'pino'

/** Where what is outside the machine serves. */
export interface Places {
  readonly l1: string
  readonly l2: string
  /** Of the chain that is there already. */
  readonly rollup?: string
}

/** What a page finds outside the machine. */
export interface Outside {
  places(): Places
  end(): Promise<void>
}

/** An L1 with blobs and an L2, and nothing of Parley: what somebody has who deploys. */
export async function startChains(): Promise<Outside> {
  const log = pino({ level: 'warn' }, pino.destination(2))
  const { l1, l2, stop } = await startDevnet({ clock: systemClock, log }, devnetDefaults, new AbortController().signal)
  return { places: () => ({ l1: l1.url, l2: l2.url }), end: stop }
}

/** The laboratory's whole stack outside the machine, with blobs on its L1 and a message now and then. */
export class OutsideStack implements Outside {
  private readonly directory: string
  private readonly child: ChildProcess

  private constructor(directory: string) {
    this.directory = directory
    const args = ['dev', '--data', directory, '--da', 'ethereum-blobs', '--rate', '2']
    this.child = spawn(process.execPath, [binary, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** @throws {Error} when it ends before it is ready. */
  static async start(directory: string): Promise<OutsideStack> {
    const stack = new OutsideStack(directory)
    const { stdout, stderr } = stack.child
    if (stdout === null || stderr === null) throw new Error('a stack without streams')
    const ready = new Promise<void>((done) => {
      for (const stream of [stdout, stderr])
        createInterface({ input: stream }).on('line', (line) => {
          process.stderr.write(`stack: ${line}\n`)
          if (line.includes('another node')) done()
        })
    })
    const ended = once(stack.child, 'close').then(([code]) => {
      throw new Error(`the stack ended with ${code}`)
    })
    await Promise.race([ready, ended])
    // From here on its end is what `end` waits for.
    ended.catch(() => undefined)
    return stack
  }

  places(): Places {
    const { l1, l2 } = JSON.parse(readFileSync(join(this.directory, 'dev.json'), 'utf8'))
    return { l1: l1.url, l2: l2.url, rollup: l2.rollup }
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return
    const closed = once(this.child, 'close')
    this.child.kill('SIGTERM')
    await closed
  }
}
