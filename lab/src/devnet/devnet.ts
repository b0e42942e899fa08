import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { LabError } from '../faults.ts'
import { readyWithinMs } from '../process/ready-within.ts'
import type { ProcessExit } from '../process/supervise.ts'
import { type Anvil, type Mining, startAnvil } from './anvil.ts'
import { followL1, readL1Attributes } from './l1-attributes.ts'
import { createSystemTransactions, type FeeScalars, opMainnetScalars } from './predeploys.ts'
import { type DevRoles, deriveRoles, devMnemonic, fundedAccounts } from './roles.ts'

export interface DevnetDeps {
  readonly clock: Clock
  readonly log: Logger
}

export interface DevChainOptions {
  readonly chainId: number
  readonly mining: Mining
  /** TCP port; any free one when left out. */
  readonly port?: number
  /** File that the chain is loaded from, if it exists, and saved to at `stop`. */
  readonly stateFile?: string
  /** Timestamp of the genesis block in seconds; now when left out. */
  readonly genesisTimestamp?: bigint
  /** Blocks by which `safe` trails on this chain; as on both when left out. */
  readonly safeAfterBlocks?: number
}

export interface DevnetOptions {
  readonly mnemonic: string
  /** Funded accounts of people, 0 to 1,000. */
  readonly users: number
  readonly l1: DevChainOptions
  readonly l2: DevChainOptions
  /** Blocks by which `safe` trails `latest` on both chains; an inbox item is usable once its block is safe. At least 1. */
  readonly safeAfterBlocks: number
  readonly scalars: FeeScalars
  /** Milliseconds between updates of what the L2 knows of its L1; undefined to leave it as at the start. */
  readonly l1AttributesEveryMs: number | undefined
  /** Milliseconds within which each chain must answer. */
  readonly readyWithinMs: number
}

/** Blocks of one second on the L2 and two on the L1; an inbox item is usable within two to three seconds. */
export const devnetDefaults: DevnetOptions = {
  mnemonic: devMnemonic,
  users: 8,
  l1: { chainId: 900, mining: { kind: 'interval', seconds: 2 } },
  l2: { chainId: 901, mining: { kind: 'interval', seconds: 1 } },
  safeAfterBlocks: 1,
  scalars: opMainnetScalars,
  l1AttributesEveryMs: 12_000,
  readyWithinMs,
}

export interface Devnet {
  readonly l1: Anvil
  readonly l2: Anvil
  readonly roles: DevRoles
  /** Settles when one of the chains has ended, asked or not. */
  readonly exited: Promise<{ readonly chain: 'l1' | 'l2'; readonly exit: ProcessExit }>
  /** Ends both chains; can be called again. */
  stop(): Promise<void>
}

/**
 * Starts an L1 with blobs and the beacon API, and an L2 of the OP Stack with its fee predeploys in place.
 * Both end with this process, however that ends.
 * @throws {LabError} `OPTION_INVALID`, `PROCESS_EXITED`, `PROCESS_NOT_READY`, `CHAIN_MISMATCH`, `PREDEPLOY_REFUSED`.
 */
export async function startDevnet(deps: DevnetDeps, options: DevnetOptions, signal: AbortSignal): Promise<Devnet> {
  if (!Number.isInteger(options.safeAfterBlocks) || options.safeAfterBlocks < 1)
    throw new LabError({ code: 'OPTION_INVALID', field: 'safeAfterBlocks', reason: 'is not a whole number from 1' })
  const roles = deriveRoles(options.mnemonic, options.users)
  const stopping = new AbortController()
  const stops: (() => Promise<void>)[] = [async () => stopping.abort()]
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((each) => each()))
  }
  try {
    const l1 = await startAnvil(
      deps,
      { ...common(options), ...options.l1, family: 'ethereum', hardfork: 'osaka' },
      signal,
    )
    stops.push(l1.stop)
    const l2 = await startAnvil(
      deps,
      { ...common(options), ...options.l2, family: 'optimism', hardfork: 'jovian' },
      signal,
    )
    stops.push(l2.stop)
    const system = createSystemTransactions(deps, { url: l2.url, scalars: options.scalars })
    await system.etch(await readL1Attributes(l1.url), signal)
    if (options.l1AttributesEveryMs !== undefined) {
      const everyMs = options.l1AttributesEveryMs
      const following = followL1({ ...deps, system }, { l1Url: l1.url, everyMs }, stopping.signal)
      stops.push(() => following)
    }
    const exited = Promise.race([
      l1.exited.then((exit) => ({ chain: 'l1', exit }) as const),
      l2.exited.then((exit) => ({ chain: 'l2', exit }) as const),
    ])
    return { l1, l2, roles, exited, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const common = (options: DevnetOptions) => ({
  mnemonic: options.mnemonic,
  accounts: fundedAccounts(options.users),
  safeAfterBlocks: options.safeAfterBlocks,
  gasLimit: 60_000_000n,
  readyWithinMs: options.readyWithinMs,
})
