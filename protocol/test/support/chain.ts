import {
  type Block,
  type BlockHeader,
  type ChainConfig,
  genesisHeader,
  type InboxItem,
  millis,
  nextInboxHash,
  type QueuedItem,
  type SignatureVerifier,
  type State,
  StateType,
} from '../../src/index.ts'
import { type BuiltBlock, buildBlock, executeBlock, type Offer, type ReferenceChain } from '../../src/reference.ts'
import { digestOf, stampVerifier } from './keys.ts'
import { config as testConfig } from './world.ts'

/** A state before the first block. */
function genesisState(config: ChainConfig): State {
  const state = StateType.defaultValue()
  state.prices = config.genesis.prices
  state.timestamp = config.genesis.timestamp
  return state
}

/** One reference chain with the queue of its inbox. */
export class TestChain {
  state: State
  parent: BlockHeader
  readonly config: ChainConfig
  readonly verifier: SignatureVerifier
  readonly queue: QueuedItem[] = []
  readonly blocks: BuiltBlock[] = []
  readonly lineage = new Uint8Array(32)

  constructor(config: ChainConfig = testConfig, verifier: SignatureVerifier = stampVerifier) {
    this.config = config
    this.verifier = verifier
    this.state = genesisState(config)
    this.parent = genesisHeader(config)
  }

  /** Queues items at an L2 time in milliseconds. */
  enqueue(time: bigint, ...items: readonly InboxItem[]): void {
    for (const item of items) {
      const previous = this.queue.at(-1)?.inboxHash ?? new Uint8Array(32)
      const inboxHash = nextInboxHash(previous, item, digestOf(`L2 block at ${time}`))
      this.queue.push({ index: BigInt(this.queue.length), item, time: millis(time), inboxHash })
    }
  }

  /** What the next block is made or judged with. */
  get reference(): ReferenceChain {
    const consumed = Number(this.parent.inboxCount)
    return {
      config: this.config,
      verifier: this.verifier,
      parent: this.parent,
      lineage: this.lineage,
      window: {
        waiting: this.queue.slice(consumed),
        hashBefore: this.queue[consumed - 1]?.inboxHash ?? new Uint8Array(32),
      },
    }
  }

  /** Builds a block and stands on it. */
  build(timestamp: bigint, offers: readonly Offer[], items = 64): BuiltBlock {
    const built = buildBlock(this.state, offers, { timestamp, items }, this.reference)
    this.parent = built.block.header
    this.blocks.push(built)
    return built
  }

  /** Executes a block and stands on it. @throws {BlockError} */
  execute(block: Block, witness: BuiltBlock['witness']): void {
    executeBlock(this.state, block, witness, this.reference)
    this.parent = block.header
  }

  /** A chain of the same inbox before its first block. */
  fromGenesis(): TestChain {
    const twin = new TestChain(this.config, this.verifier)
    twin.queue.push(...this.queue)
    return twin
  }

  /** An equal chain that shares nothing. */
  fork(): TestChain {
    const twin = new TestChain(this.config, this.verifier)
    twin.state = StateType.clone(this.state)
    twin.parent = this.parent
    twin.queue.push(...this.queue)
    return twin
  }
}
