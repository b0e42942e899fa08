import {
  type BlockHeader,
  type ChainConfig,
  type Deployment,
  domainSeparator,
  genesisHeader,
  type InboxItem,
  millis,
  nextInboxHash,
  type QueuedItem,
  ShardType,
  type State,
  StateType,
} from '@parley/protocol'
import { type BuiltBlock, buildBlock, type Offer } from '@parley/protocol/reference'
import { createPortableVerifier } from '../../src/index.ts'
import { digestOf } from './identities.ts'

export const config: ChainConfig = {
  chainId: 901n,
  inbox: digestOf('inbox').subarray(0, 20),
  fees: { minPrice: 10n, target: 100n, fraction: 40n },
  forceDelayMs: 10_000n,
  genesis: {
    timestamp: 1_000_000n,
    prices: { coreByte: 2n, witnessByte: 2n, settlement: 7n, stateByte: 3n },
    lineage: digestOf('lineage'),
  },
}

export const deployment: Deployment = {
  chainId: config.chainId,
  separator: domainSeparator(config.chainId, config.inbox),
}

/** Same answers as the reference verifier, at a fiftieth of its time; `signatures.test.ts` holds them equal. */
export const verifier = createPortableVerifier()

/** The reference: a state, the header it came from and the inbox. */
export class ReferenceChain {
  readonly state: State
  header: BlockHeader
  private inboxHash: Uint8Array = new Uint8Array(32)
  private inboxLength = 0n

  constructor() {
    this.state = StateType.defaultValue() as State
    this.state.prices = config.genesis.prices
    this.state.timestamp = config.genesis.timestamp
    this.header = genesisHeader(config)
  }

  /** Queues items and builds the next block of all of them and the offers. */
  build(items: readonly InboxItem[], offers: readonly Offer[], stepMs: bigint): BuiltBlock & { items: QueuedItem[] } {
    const hashBefore = this.inboxHash
    const waiting = items.map((item) => this.enqueue(item))
    const timestamp = this.header.timestamp + stepMs
    const built = buildBlock(
      this.state,
      offers,
      { timestamp, items: waiting.length },
      {
        config,
        verifier,
        parent: this.header,
        lineage: config.genesis.lineage,
        window: { waiting, hashBefore },
      },
    )
    this.header = built.block.header
    return { ...built, items: waiting }
  }

  shardRoots(): Uint8Array[] {
    return this.state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  }

  private enqueue(item: InboxItem): QueuedItem {
    this.inboxHash = nextInboxHash(this.inboxHash, item, digestOf('l2 block'))
    const queued = { index: this.inboxLength, item, time: millis(this.header.timestamp), inboxHash: this.inboxHash }
    this.inboxLength += 1n
    return queued
  }
}
