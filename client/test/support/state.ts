import {
  type ChainConfig,
  type Conversation,
  memberKey,
  portableVerifier,
  prove,
  proveAccount,
  proveConversation,
  type Shard,
  ShardType,
  type SignedMessage,
  type SignedOperation,
  type StateOfRoots,
  StateOfRootsType,
} from '@parley/protocol'
import {
  applyInboxItem,
  applyMessages,
  applyOperation,
  type BlockContext,
  blockContext,
} from '@parley/protocol/reference'
import { localOwner } from '../../src/index.ts'
import { deployment, digestOf } from './blocks.ts'

export const config: ChainConfig = {
  ...deployment,
  fees: { minPrice: 1n, target: 10_000n, fraction: 100_000n },
  forceDelayMs: 60_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n },
    lineage: digestOf('lineage'),
  },
}
export const owner = localOwner(digestOf('owner'))
export const keys = ['admin', 'talker', 'guest'].map((name) => memberKey(digestOf(name)))

/** One shard of the reference state, to which the tests' operations are applied. */
export class ReferenceShard {
  readonly shard: Shard = ShardType.defaultValue()
  readonly index = 5
  private readonly context: BlockContext

  constructor() {
    const { timestamp, prices } = config.genesis
    this.context = blockContext(config, portableVerifier, timestamp + 500n, prices)
    const value = { shard: this.index, account: 0, owner: owner.address, amount: 1_000_000_000n }
    applyInboxItem(this.shard, this.index, { selector: 0, value }, this.context)
  }

  get conversation(): Conversation {
    return this.shard.conversations[0] as Conversation
  }

  /** @throws {TransitionError} when the reference refuses it. */
  apply({ operation, signatures }: SignedOperation): void {
    applyOperation(this.shard, this.index, operation, signatures, this.context)
  }

  say(...messages: readonly SignedMessage[]): void {
    const signatures = messages.map(({ signature }) => signature)
    applyMessages(this.shard, this.index, messages, signatures, this.context)
  }

  /** State roots around the shard. */
  get state(): StateOfRoots {
    const state = StateOfRootsType.defaultValue()
    state.shards[this.index] = ShardType.hashTreeRoot(this.shard)
    state.blockNumber = 9n
    return state
  }

  get stateRoot(): Uint8Array {
    return StateOfRootsType.hashTreeRoot(this.state)
  }

  conversationBranch(): readonly Uint8Array[] {
    const inShard = prove(ShardType, this.shard, ['conversations', 0]).branch
    return proveConversation(this.state, this.index, 0, this.conversation, inShard).branch
  }

  accountBranch(): readonly Uint8Array[] {
    const account = this.shard.accounts[0]
    if (account === undefined) throw new TypeError('the shard has no account')
    const inShard = prove(ShardType, this.shard, ['accounts', 0]).branch
    return proveAccount(this.state, this.index, 0, account, inShard).branch
  }
}
