import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { type Admin, startAdmin } from './admin.ts'
import { Chain } from './chain/chain.ts'
import { meddlingOf } from './faults.ts'
import { type Account, methodsOver } from './rpc/methods.ts'
import { type Meddling, RpcServer } from './rpc/server.ts'

export interface CelestiaDoubleDeps {
  readonly clock: Clock
  readonly log: Logger
}

export interface CelestiaDoubleOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Bearer token that may read and write. */
  readonly token: string
  /** Milliseconds between blocks. */
  readonly blockMs: number
  /** TCP port on loopback where faults are set, 0 any free one; none when left out. */
  readonly adminPort?: number | undefined
  /** Blocks kept at most. Default 50,000. */
  readonly keepBlocks?: number
  /** What the account has, in utia. Default 10^15. */
  readonly balance?: bigint
}

/** The token that may read, of a double whose writers have `token`. */
export const readTokenOf = (token: string): string => `${token}-read`

/** Chain id of every double, so that nothing of it passes for a network. */
export const doubleChainId = 'parley-double'

/**
 * A double of a celestia-node and of the network behind it: squares, proofs and headers are real and made here, by one
 * process that holds the keys of all validators. It shows how a client behaves, and nothing about the network.
 */
export class CelestiaDouble {
  readonly chain: Chain
  readonly account: Account
  url = ''
  /** Rejects when no blocks are made any more; never resolves. */
  readonly failed: Promise<never>
  private readonly server: RpcServer
  private readonly ended = new AbortController()
  private readonly options: CelestiaDoubleOptions
  private readonly deps: CelestiaDoubleDeps
  private admin: Admin | undefined
  private readonly fail: (error: unknown) => void
  private paused = false
  private ticking: Promise<void> = Promise.resolve()

  static async start(deps: CelestiaDoubleDeps, options: CelestiaDoubleOptions): Promise<CelestiaDouble> {
    const double = new CelestiaDouble(deps, options)
    double.url = await double.server.listen()
    const { adminPort } = options
    if (adminPort !== undefined)
      double.admin = await startAdmin(adminPort, (fault) => double.meddle(fault && meddlingOf(fault, double.chain)))
    double.ticking = double.tick().catch(double.fail)
    const { url } = double
    deps.log.warn({ url, chainId: doubleChainId }, 'this is a double of Celestia, not Celestia')
    return double
  }

  private constructor(deps: CelestiaDoubleDeps, options: CelestiaDoubleOptions) {
    const { keepBlocks = 50_000, balance = 10n ** 15n, host, port, token } = options
    this.deps = deps
    const { promise, reject } = Promise.withResolvers<never>()
    this.failed = promise
    this.fail = reject
    // Whoever serves it races with it; until then a rejection must not end the process.
    promise.catch(() => undefined)
    this.options = options
    this.chain = new Chain({ chainId: doubleChainId, now: () => deps.clock.now(), keepBlocks })
    this.account = { balance, sequence: 0n }
    const tokens = { read: readTokenOf(token), write: token }
    this.server = new RpcServer(methodsOver(this.chain, this.account), { host, port, tokens })
  }

  /** Where faults are set; undefined when nobody may. */
  get adminUrl(): string | undefined {
    return this.admin?.url
  }

  /** Spoils answers from now on; nothing when left out. */
  meddle(meddling?: Meddling): void {
    this.server.meddling = meddling
  }

  /** Makes no blocks until `resume`; what is sent waits. */
  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  async close(): Promise<void> {
    this.ended.abort()
    await this.admin?.close()
    await this.server.close()
    await this.ticking
  }

  private async tick(): Promise<void> {
    const { signal } = this.ended
    while (!signal.aborted) {
      try {
        await this.deps.clock.sleep(this.options.blockMs, signal)
      } catch {
        // Closed.
        return
      }
      if (!this.paused) this.chain.produce()
    }
  }
}
