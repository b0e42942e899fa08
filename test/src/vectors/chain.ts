import {
  type BlockHeader,
  genesisHeader,
  type InboxItem,
  millis,
  nextInboxHash,
  portableVerifier,
  type QueuedItem,
  type State,
  StateType,
} from '@parley/protocol'
import { type BuiltBlock, buildBlock, executeBlock, type Offer, type ReferenceChain } from '@parley/protocol/reference'
import { config, digestOf } from './people.ts'

/** An item of the queue with the L2 block hash that its inbox hash takes in. */
export interface ChainedItem extends QueuedItem {
  readonly parentHash: Uint8Array
}

/** The reference chain and the queue of its inbox. */
export class VectorChain {
  readonly state: State = StateType.defaultValue()
  readonly queue: ChainedItem[] = []
  readonly built: BuiltBlock[] = []
  parent: BlockHeader = genesisHeader(config)

  constructor() {
    this.state.prices = config.genesis.prices
    this.state.timestamp = config.genesis.timestamp
  }

  enqueue(time: bigint, ...items: readonly InboxItem[]): void {
    for (const item of items) {
      const parentHash = digestOf(`parley vectors/L2 block before item ${this.queue.length}`)
      const inboxHash = nextInboxHash(this.queue.at(-1)?.inboxHash ?? new Uint8Array(32), item, parentHash)
      this.queue.push({ index: BigInt(this.queue.length), item, time: millis(time), inboxHash, parentHash })
    }
  }

  get reference(): ReferenceChain {
    const consumed = Number(this.parent.inboxCount)
    return {
      config,
      verifier: portableVerifier,
      parent: this.parent,
      lineage: config.genesis.lineage,
      window: {
        waiting: this.queue.slice(consumed),
        hashBefore: this.queue[consumed - 1]?.inboxHash ?? new Uint8Array(32),
      },
    }
  }

  build(timestamp: bigint, offers: readonly Offer[], items = 64): BuiltBlock {
    const built = buildBlock(this.state, offers, { timestamp, items }, this.reference)
    const refused = built.refusals.find((refusal) => refusal !== undefined)
    if (refused !== undefined) throw new Error(`an offer was refused: ${refused.code}`)
    this.parent = built.block.header
    this.built.push(built)
    return built
  }

  /** @throws {BlockError} and leaves the chain of no use. */
  execute(block: BuiltBlock['block'], witness: BuiltBlock['witness']): void {
    executeBlock(this.state, block, witness, this.reference)
    this.parent = block.header
  }
}
