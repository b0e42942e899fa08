import { createHash } from 'node:crypto'
import {
  type BlockHeader,
  type ChainConfig,
  type ChangeMembers,
  type Conversation,
  changeDigest,
  consentDigest,
  createConversationDigest,
  domainSeparator,
  genesisHeader,
  type InboxItem,
  InboxItemKind,
  type MemberKey,
  memberKey,
  messageDigest,
  millis,
  nextInboxHash,
  OperationKind,
  ownerAddress,
  portableVerifier,
  type QueuedItem,
  type State,
  StateType,
  signDigest,
} from '@parley/protocol'
import { type BuiltBlock, buildBlock, type Offer } from '@parley/protocol/reference'

export function digestOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

export const config: ChainConfig = {
  chainId: 901n,
  inbox: digestOf('inbox').subarray(12),
  fees: { minPrice: 1n, target: 10_000n, fraction: 100_000n },
  forceDelayMs: 600_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n },
    lineage: digestOf('lineage'),
  },
}

export const owner = digestOf('owner')
export const keys: readonly MemberKey[] = ['admin', 'talker', 'guest'].map((name) => memberKey(digestOf(name)))
const separator = domainSeparator(config.chainId, config.inbox)

const keyAt = (slot: number): MemberKey => keys[slot % keys.length] as MemberKey

/** The reference chain, with real signatures, and the queue of its inbox. */
export class TestChain {
  state: State
  parent: BlockHeader
  lineage = config.genesis.lineage
  readonly queue: QueuedItem[] = []

  constructor() {
    this.state = StateType.defaultValue()
    this.state.prices = config.genesis.prices
    this.state.timestamp = config.genesis.timestamp
    this.parent = genesisHeader(config)
  }

  /** Another chain that stands where this one does. */
  fork(): TestChain {
    const other = new TestChain()
    other.state = StateType.clone(this.state)
    other.parent = this.parent
    other.lineage = this.lineage
    other.queue.push(...this.queue)
    return other
  }

  enqueue(item: InboxItem, time = this.parent.timestamp): QueuedItem {
    const previous = this.queue.at(-1)?.inboxHash ?? new Uint8Array(32)
    const inboxHash = nextInboxHash(previous, item, digestOf(`L2 block of item ${this.queue.length}`))
    const queued = { index: BigInt(this.queue.length), item, time: millis(time), inboxHash }
    this.queue.push(queued)
    return queued
  }

  deposit(shard: number, account = 0): QueuedItem {
    const value = { shard, account, owner: ownerAddress(owner), amount: 1_000_000_000n }
    return this.enqueue({ selector: InboxItemKind.deposit, value })
  }

  /** Builds the next block of `offers` and the next `items` of the queue. @throws when an offer is refused. */
  build(offers: readonly Offer[], items = 0): BuiltBlock {
    const window = {
      waiting: this.queue.slice(Number(this.parent.inboxCount)),
      hashBefore: this.parent.inboxHash,
    }
    const built = buildBlock(
      this.state,
      offers,
      { timestamp: this.parent.timestamp + 500n, items },
      { config, verifier: portableVerifier, parent: this.parent, lineage: this.lineage, window },
    )
    const refused = built.refusals.find((refusal) => refusal !== undefined)
    if (refused !== undefined) throw new Error(`refused: ${refused.code}`)
    this.parent = built.block.header
    return built
  }

  create(shard: number): Offer {
    const { nonce } = this.state.shards[shard]?.accounts[0] ?? { nonce: 0n }
    const members = [2, 1].map((role, slot) => ({
      key: keyAt(slot).key,
      role,
      allowance: 50_000_000n,
      priceLimit: 1_000_000n,
    }))
    const value = { shard, account: 0, nonce, salt: digestOf(`salt ${shard} ${nonce}`), members }
    const id = createConversationDigest(separator, value)
    const consents = members.map(({ key }, slot) =>
      signDigest(keyAt(slot).secret, consentDigest(config.chainId, id, slot, 0n, key)),
    )
    return {
      kind: 'operation',
      operation: { selector: OperationKind.createConversation, value },
      signatures: [signDigest(owner, id), ...consents],
    }
  }

  conversation(shard: number, index = 0): Conversation {
    return this.state.shards[shard]?.conversations[index] as Conversation
  }

  /** `count` messages of one member in a row. */
  say(shard: number, count: number, member = 1, index = 0): Offer[] {
    const { id, members, messageCount } = this.conversation(shard, index)
    return Array.from({ length: count }, (_, i) => {
      const nonce = (members[member]?.nonce ?? 0n) + BigInt(i)
      const content = digestOf(`content ${shard} ${index} ${messageCount} ${i}`)
      const signature = signDigest(keyAt(member).secret, messageDigest(config.chainId, id, member, nonce, content))
      return { kind: 'message', shard, message: { conversation: index, member, content }, signature }
    })
  }

  /** A membership change by the admin; added keys consent. */
  changeOf(
    shard: number,
    entries: Partial<ChangeMembers>,
    index = 0,
  ): { change: ChangeMembers; signatures: Uint8Array[] } {
    const { id, epoch, members } = this.conversation(shard, index)
    const change = {
      shard,
      conversation: index,
      epoch,
      signer: 0,
      remove: [],
      roles: [],
      add: [],
      exchange: [],
      ...entries,
    }
    const removed = new Set(change.remove.map(({ slot }) => slot))
    const consents = change.add.map(({ slot, key }) => {
      const nonce = (members[slot]?.nonce ?? 0n) + (removed.has(slot) ? 1n : 0n)
      return signDigest(keyAt(slot).secret, consentDigest(config.chainId, id, slot, nonce, key))
    })
    const signature = signDigest(keyAt(0).secret, changeDigest(config.chainId, id, change))
    return { change, signatures: [signature, ...consents] }
  }

  change(shard: number, entries: Partial<ChangeMembers>, index = 0): Offer {
    const { change, signatures } = this.changeOf(shard, entries, index)
    return { kind: 'operation', operation: { selector: OperationKind.changeMembers, value: change }, signatures }
  }
}

export const addGuest: Partial<ChangeMembers> = {
  add: [{ slot: 2, key: keyAt(2).key, role: 1, allowance: 0n, priceLimit: 0n }],
}
export const removeGuest: Partial<ChangeMembers> = { remove: [{ slot: 2 }] }
