import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { createPublicClient, http } from 'viem'
import { LabError } from '../faults.ts'
import { type ProcessExit, type SupervisedProcess, supervise } from '../process/supervise.ts'

export interface AnvilDeps {
  readonly clock: Clock
  readonly log: Logger
}

/** How blocks come about: every so many seconds, one for each transaction, or when asked. */
export type Mining =
  | { readonly kind: 'interval'; readonly seconds: number }
  | { readonly kind: 'automine' }
  | { readonly kind: 'manual' }

export interface AnvilOptions {
  readonly family: 'ethereum' | 'optimism'
  readonly chainId: number
  readonly hardfork: string
  readonly mining: Mining
  readonly mnemonic: string
  /** Accounts with 10,000 ether each. */
  readonly accounts: number
  /**
   * Blocks by which the tag `safe` trails `latest`; `finalized` trails by twice as many. Interval mining only: with
   * automine no block follows by itself.
   */
  readonly safeAfterBlocks: number
  readonly gasLimit: bigint
  /** File that the chain is loaded from, if it exists, and saved to at `stop`. */
  readonly stateFile?: string
  /** Timestamp of the genesis block in seconds; now when left out. */
  readonly genesisTimestamp?: bigint
  /** TCP port; any free one when left out. */
  readonly port?: number
  /** Milliseconds within which the chain must answer. */
  readonly readyWithinMs: number
}

export interface Anvil {
  /** HTTP and WebSocket JSON-RPC; on an L1 also the beacon API. */
  readonly url: string
  readonly chainId: number
  readonly pid: number
  readonly exited: Promise<ProcessExit>
  /** Ends the chain; can be called again. */
  stop(): Promise<void>
}

/** Path of the anvil that npm installed. */
export function anvilBinary(): string {
  const manifest = fileURLToPath(import.meta.resolve('@foundry-rs/anvil-linux-amd64/package.json'))
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { anvil: string } }
  return join(dirname(manifest), bin.anvil)
}

function miningArguments(mining: Mining): string[] {
  if (mining.kind === 'interval') return ['--block-time', String(mining.seconds)]
  return mining.kind === 'manual' ? ['--no-mining', '--order', 'fifo'] : []
}

function anvilArguments(options: AnvilOptions): string[] {
  const { mining } = options
  return [
    ['--host', '127.0.0.1'],
    ['--port', String(options.port ?? 0)],
    ['--network', options.family],
    ['--chain-id', String(options.chainId)],
    ['--hardfork', options.hardfork],
    ['--mnemonic', options.mnemonic],
    ['--accounts', String(options.accounts)],
    ['--slots-in-an-epoch', String(options.safeAfterBlocks)],
    ['--gas-limit', String(options.gasLimit)],
    ['--enable-tx-gas-limit'],
    ['--no-request-size-limit'],
    miningArguments(mining),
    options.stateFile === undefined ? [] : ['--state', options.stateFile],
    options.genesisTimestamp === undefined ? [] : ['--timestamp', String(options.genesisTimestamp)],
  ].flat()
}

/**
 * Starts an anvil and waits until it answers; it ends with this process.
 * @throws {LabError} `PROCESS_EXITED`, `PROCESS_NOT_READY`, `CHAIN_MISMATCH`.
 */
export async function startAnvil(deps: AnvilDeps, options: AnvilOptions, signal: AbortSignal): Promise<Anvil> {
  const command = anvilBinary()
  let listening: (port: number) => void
  const port = new Promise<number>((resolve) => {
    listening = resolve
  })
  const child = await supervise({
    command,
    args: anvilArguments(options),
    stopGraceSeconds: 10,
    onLine: (line) => {
      const found = /^Listening on .*:(\d+)$/.exec(line)
      if (found) listening(Number(found[1]))
    },
  })
  try {
    const url = `http://127.0.0.1:${await within(deps, child, port, options.readyWithinMs, signal)}`
    await checkChain(url, options.chainId)
    deps.log.info({ url, chainId: options.chainId, pid: child.pid }, 'chain started')
    return { url, chainId: options.chainId, pid: child.pid, exited: child.exited, stop: child.stop }
  } catch (error) {
    await child.stop()
    throw error
  }
}

/** What `ready` gives, unless the process ends or the time is over first. */
async function within<T>(
  deps: AnvilDeps,
  child: SupervisedProcess,
  ready: Promise<T>,
  limitMs: number,
  signal: AbortSignal,
): Promise<T> {
  const command = 'anvil'
  const over = new AbortController()
  const deadline = deps.clock.sleep(limitMs, AbortSignal.any([signal, over.signal])).then(() => {
    throw new LabError({ code: 'PROCESS_NOT_READY', command, waitedMs: limitMs, lastLines: child.lastLines() })
  })
  const ended = child.exited.then(({ code }) => {
    const reason = `exit code ${code}`
    throw new LabError({ code: 'PROCESS_EXITED', command, reason, lastLines: child.lastLines() })
  })
  // Whichever loses the race rejects later, when nobody listens any more.
  deadline.catch(() => undefined)
  ended.catch(() => undefined)
  try {
    return await Promise.race([ready, ended, deadline])
  } finally {
    over.abort()
  }
}

async function checkChain(url: string, chainId: number): Promise<void> {
  const received = await createPublicClient({ transport: http(url) }).getChainId()
  if (received !== chainId)
    throw new LabError({ code: 'CHAIN_MISMATCH', expected: BigInt(chainId), received: BigInt(received) })
}
