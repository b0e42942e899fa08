import type { NetworkChain } from '@parley/network'
import {
  type BlockHeader,
  BlockHeaderType,
  CodedError,
  type SequencerKey,
  type SettlementReader,
} from '@parley/protocol'
import { type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import { hexToBytes } from 'viem'

export interface NetworkChainDeps {
  readonly settlement: Pick<SettlementReader, 'config' | 'genesis' | 'lineage' | 'head' | 'schedule'>
  readonly rollup: `0x${string}`
  /** Number of the last final block, as far as the role knows it. */
  readonly final: () => Promise<bigint>
  readonly clock: Clock
  readonly log: Logger
}

/** A deployment as peers are judged by: what the L2 says of it is asked for again and again. */
export class L2NetworkChain implements NetworkChain {
  readonly chainId: bigint
  readonly rollup: Uint8Array
  readonly inbox: Uint8Array
  readonly genesis: Uint8Array
  private readonly deps: NetworkChainDeps
  private inForce: Uint8Array | undefined
  private standing: BlockHeader
  private lastFinal = 0n
  private known: readonly SequencerKey[] | undefined

  private constructor(deps: NetworkChainDeps, chainId: bigint, inbox: Uint8Array, genesis: BlockHeader) {
    this.deps = deps
    this.chainId = chainId
    this.rollup = hexToBytes(deps.rollup)
    this.inbox = inbox
    this.genesis = BlockHeaderType.hashTreeRoot(genesis)
    this.standing = genesis
  }

  /** @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
  static async open(deps: NetworkChainDeps, signal: AbortSignal): Promise<L2NetworkChain> {
    const { settlement } = deps
    const [config, genesis] = await Promise.all([settlement.config(signal), settlement.genesis(signal)])
    const chain = new L2NetworkChain(deps, config.chainId, config.inbox, genesis)
    await chain.look(signal)
    return chain
  }

  lineage(): Uint8Array | undefined {
    return this.inForce
  }

  claimed(): bigint {
    return this.standing.number
  }

  final(): bigint {
    return this.lastFinal
  }

  async keys(fresh: boolean, signal: AbortSignal): Promise<readonly SequencerKey[]> {
    if (fresh || this.known === undefined) this.known = (await this.deps.settlement.schedule(signal)).keys
    return this.known
  }

  /** Looks again and again, until `signal`. An L2 that does not answer leaves what was known. */
  async follow(everyMs: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    let isAway = false
    while (!signal.aborted) {
      await pause(clock, everyMs, signal)
      try {
        if (!signal.aborted) await this.look(signal)
        isAway = false
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CodedError) || error.meaning.retry !== 'later') throw error
        if (!isAway) log.warn({ fault: error.toJSON() }, 'the L2 does not answer; peers are judged by what was known')
        isAway = true
      }
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { settlement, final } = this.deps
    const [lineage, head, lastFinal] = await Promise.all([settlement.lineage(signal), settlement.head(signal), final()])
    this.inForce = lineage
    this.standing = head.lastHeader
    this.lastFinal = lastFinal
  }
}
