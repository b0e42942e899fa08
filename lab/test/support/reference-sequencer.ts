import {
  type ChainConfig,
  type Conversation,
  genesisHeader,
  InboxItemKind,
  millis,
  nextInboxHash,
  type QueuedItem,
  type Shard,
  type SignatureVerifier,
  type SignedMessage,
  type SignedOperation,
  type State,
  StateType,
  type TransitionFault,
} from '@parley/protocol'
import { buildBlock, type ReferenceChain, type Offer as ReferenceOffer } from '@parley/protocol/reference'
import type { Offer } from '../../src/load/offer.ts'

export const testConfig: ChainConfig = {
  chainId: 901n,
  inbox: new Uint8Array(20).fill(7),
  fees: { minPrice: 10n, target: 1_000n, fraction: 4_000n },
  forceDelayMs: 60_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 2n, witnessByte: 2n, settlement: 30n, stateByte: 5n },
    lineage: new Uint8Array(32).fill(9),
  },
}

/** The reference transition behind an interface like the sequencer's: one block an offer. */
export class ReferenceSequencer {
  readonly state: State = StateType.defaultValue()
  private chain: ReferenceChain

  constructor(owner: Uint8Array, deposit: bigint, verifier: SignatureVerifier) {
    this.state.prices = testConfig.genesis.prices
    this.state.timestamp = testConfig.genesis.timestamp
    let inboxHash: Uint8Array = new Uint8Array(32)
    const waiting = Array.from({ length: 64 }, (_, shard): QueuedItem => {
      const item = { selector: InboxItemKind.deposit, value: { shard, account: 0, owner, amount: deposit } }
      inboxHash = nextInboxHash(inboxHash, item, new Uint8Array(32))
      return { index: BigInt(shard), item, time: millis(0n), inboxHash }
    })
    this.chain = {
      config: testConfig,
      verifier,
      parent: genesisHeader(testConfig),
      lineage: testConfig.genesis.lineage,
      window: { waiting, hashBefore: new Uint8Array(32) },
    }
    this.build([], 64)
    this.chain = { ...this.chain, window: { waiting: [], hashBefore: inboxHash } }
  }

  /** Refusal of the offer, or undefined when it was accepted. */
  offer(offer: Offer): TransitionFault | undefined {
    if (offer.kind === 'message') return this.message(offer.build())
    const fault = this.operation(offer.build())
    if (fault === undefined) offer.accepted(this.shard(offer.talk.shard).conversations.length - 1)
    return fault
  }

  message({ shard, conversation, member, nonce, content, signature }: SignedMessage): TransitionFault | undefined {
    const expected = this.shard(shard).conversations[conversation]?.members[member]?.nonce
    if (expected !== undefined && expected !== nonce) return { code: 'NONCE_MISMATCH', expected, received: nonce }
    return this.build([{ kind: 'message', shard, message: { conversation, member, content }, signature }], 0)
  }

  operation({ operation, signatures }: SignedOperation): TransitionFault | undefined {
    return this.build([{ kind: 'operation', operation, signatures }], 0)
  }

  conversations(): Conversation[] {
    return this.state.shards.flatMap((shard) => shard.conversations)
  }

  shard(index: number): Shard {
    return this.state.shards[index] as Shard
  }

  private build(offers: ReferenceOffer[], items: number): TransitionFault | undefined {
    const timestamp = this.state.timestamp + 1_000n
    const { block, refusals } = buildBlock(this.state, offers, { timestamp, items }, this.chain)
    this.chain = { ...this.chain, parent: block.header }
    return refusals[0]
  }
}
