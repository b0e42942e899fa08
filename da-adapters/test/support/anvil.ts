import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { privateKeyToAccount } from 'viem/accounts'

const require = createRequire(import.meta.url)
const binary = join(dirname(require.resolve('@foundry-rs/anvil-linux-amd64/package.json')), 'bin', 'anvil')

/** An account that anvil funds: the first of its well-known development keys. */
export const richAccount = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')

/** Another one. */
export const somebodyElse = privateKeyToAccount('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')

export interface Anvil extends AsyncDisposable {
  readonly url: string
  rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T>
  /** Mines this many blocks. */
  mine(blocks?: number): Promise<void>
  stop(): Promise<void>
}

/** A real L1 with blobs on a free port. It ends with `stop`, and with this process whatever happens. */
export async function startAnvil(...flags: string[]): Promise<Anvil> {
  const child = spawn(binary, ['--hardfork', 'osaka', '--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const exited = once(child, 'exit')
  const url = await listeningUrl(child)
  let nextId = 1

  async function rpc<T>(method: string, ...params: unknown[]): Promise<T> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: nextId++, method, params })
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = (await answer.json()) as { result: T; error?: { message: string } }
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    await exited
    process.removeListener('exit', killNow)
  }

  return {
    url,
    rpc,
    mine: async (blocks = 1) => void (await rpc('anvil_mine', `0x${blocks.toString(16)}`)),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function listeningUrl(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    // Listeners stay: anvil stops once nobody reads its pipes.
    child.stdout?.on('data', (chunk) => {
      output = `${output}${String(chunk)}`.slice(-10_000)
      const address = /Listening on (\S+)/.exec(output)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
    child.stderr?.on('data', (chunk) => {
      output = `${output}${String(chunk)}`.slice(-10_000)
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`anvil ended: ${output}`)))
  })
}
