import {
  type BlockHeader,
  genesisHeader,
  type InboxItem,
  millis,
  nextInboxHash,
  portableVerifier,
  type QueuedItem,
  type SignedMessage,
  type SignedOperation,
  type State,
  StateType,
} from '@parley/protocol'
import { type BuiltBlock, buildBlock, type Offer } from '@parley/protocol/reference'
import { config } from './world.ts'

export function offerMessage(message: SignedMessage): Offer {
  const { shard, conversation, member, content, signature } = message
  return { kind: 'message', shard, message: { conversation, member, content }, signature }
}

export function offerOperation({ operation, signatures }: SignedOperation): Offer {
  return { kind: 'operation', operation, signatures }
}

/** Blocks by the protocol's own builder: the arbiter of what a block is. */
export class ReferenceChainBuilder {
  readonly state: State = StateType.defaultValue()
  readonly items: QueuedItem[] = []
  private parent: BlockHeader = genesisHeader(config)

  constructor() {
    this.state.prices = config.genesis.prices
    this.state.timestamp = config.genesis.timestamp
  }

  enqueue(...items: readonly InboxItem[]): void {
    for (const item of items) {
      const previous = this.items.at(-1)?.inboxHash ?? new Uint8Array(32)
      this.items.push({
        index: BigInt(this.items.length),
        item,
        time: millis(config.genesis.timestamp),
        inboxHash: nextInboxHash(previous, item, new Uint8Array(32)),
      })
    }
  }

  /** Builds the next block of all waiting items and `offers`, `ms` after the one before. */
  build(offers: readonly Offer[], ms = 500n): BuiltBlock {
    const waiting = this.items.slice(Number(this.state.inboxCount))
    const built = buildBlock(
      this.state,
      offers,
      { timestamp: this.state.timestamp + ms, items: waiting.length },
      {
        config,
        verifier: portableVerifier,
        parent: this.parent,
        lineage: config.genesis.lineage,
        window: { waiting, hashBefore: this.parent.inboxHash },
      },
    )
    this.parent = built.block.header
    return built
  }
}
