import type { Execution, SealedRuns } from '@parley/execution'
import {
  type BatchClaim,
  BlockHeaderType,
  type Bytes32,
  type ChainConfig,
  limits,
  pricesAfter,
  type QueuedItem,
  type RescuedRun,
  type RescueRequest,
  sameBytes,
  stateRoot,
} from '@parley/protocol'
import type { VerifiedChain } from '../derive/verified-chain.ts'
import type { L2Log } from '../l2/l2-log.ts'
import { pricePoints } from '../l2/price-points.ts'
import type { VerifiedState } from '../store/chain-records.ts'

export interface BlockMakerDeps {
  readonly config: ChainConfig
  readonly chain: VerifiedChain
  readonly l2: L2Log
  readonly createExecution: (config: ChainConfig) => Promise<Execution>
}

/** Makes the blocks of rescues, by lanes of its own: the node's go on with what is claimed. */
export class BlockMaker {
  private readonly deps: BlockMakerDeps
  private lanes: Execution | undefined

  constructor(deps: BlockMakerDeps) {
    this.deps = deps
  }

  /**
   * The block of the next items on top of `parent`.
   * @returns undefined when no item waits, or when the node has not verified `parent` yet.
   * @throws {NodeError} `OVERLOADED`. @throws {RequestError} `NOT_READY`.
   */
  async next(parent: BatchClaim): Promise<RescueRequest | undefined> {
    const { l2 } = this.deps
    const { lastHeader } = parent
    const items = await l2.queue(lastHeader.inboxCount, limits.inboxItemsPerBlock)
    if (items.length === 0) return undefined
    const state = await this.stateAt(BlockHeaderType.hashTreeRoot(lastHeader))
    const time = l2.summary?.time ?? 0n
    const earliest = lastHeader.timestamp + limits.minBlockIntervalMs
    const timestamp = time > earliest ? time : earliest
    if (state === undefined || this.lanes === undefined) return undefined
    const number = lastHeader.number + 1n
    this.lanes.open({ number, timestamp, prices: state.prices, items })
    const sealed = await this.lanes.seal()
    const points = await pricePoints(l2, lastHeader.inboxCount)
    return this.requestOf(parent, timestamp, items, state, sealed, BigInt(points.length - 1))
  }

  async close(): Promise<void> {
    await this.lanes?.close()
    this.lanes = undefined
  }

  /** Brings the lanes to the state after the header of this root, which must be the node's. */
  private async stateAt(root: Bytes32): Promise<VerifiedState | undefined> {
    const { config, chain, createExecution } = this.deps
    this.lanes ??= await createExecution(config)
    const { lanes } = this
    return chain.read(async (state, execution) => {
      if (!sameBytes(BlockHeaderType.hashTreeRoot(state.header), root)) return undefined
      await lanes.restore(execution.snapshot(), state.shardRoots)
      return state
    })
  }

  private requestOf(
    parent: BatchClaim,
    timestamp: bigint,
    items: readonly QueuedItem[],
    state: VerifiedState,
    sealed: SealedRuns,
    pricePoint: bigint,
  ): RescueRequest {
    const inboxCount = parent.lastHeader.inboxCount + BigInt(items.length)
    const root = stateRoot(sealed.shardRoots, {
      inboxCount,
      prices: pricesAfter(state.prices, items),
      blockNumber: parent.lastHeader.number + 1n,
      timestamp,
    })
    return { parent, timestamp, inboxCount, stateRoot: root, pricePoint, runs: runsOf(sealed) }
  }
}

function runsOf({ runs }: SealedRuns): RescuedRun[] {
  return runs.map(({ shard, segments }) => ({
    shard,
    items: segments.map(({ preRoot, body, postRoot }) => ({ preRoot, item: body.value as bigint, postRoot })),
  }))
}
