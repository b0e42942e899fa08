import {
  type ChainConfig,
  type Conversation,
  genesisHeader,
  type InboxItem,
  millis,
  nextInboxHash,
  portableVerifier,
  type QueuedItem,
  type SealedBlock,
  type SignedMessage,
  type State,
  StateType,
} from '@parley/protocol'
import { buildBlock, type Offer } from '@parley/protocol/reference'
import { type Cast, castOf } from '../../src/adversary/cast/cast.ts'
import { type Deed, Rounds } from '../../src/adversary/cast/rounds.ts'
import type { Need } from '../../src/adversary/classes/class.ts'
import { draftOf, type Ground } from '../../src/adversary/forger/draft.ts'
import { referenceAt } from '../../src/adversary/forger/judge.ts'
import type { Scene } from '../../src/adversary/forger/scene.ts'

const start = 1_700_000_000_000n

const config: ChainConfig = {
  chainId: 901n,
  inbox: new Uint8Array(20).fill(3),
  fees: { minPrice: 1_000n, target: 1_000n, fraction: 1_000_000n },
  forceDelayMs: 5_000n,
  genesis: {
    timestamp: start,
    prices: { coreByte: 10n, witnessByte: 10n, settlement: 100n, stateByte: 1_000n },
    lineage: new Uint8Array(32),
  },
}

/** A cast on a chain of the reference alone: what the sequencer seals of its rounds. */
export class HonestChain {
  readonly cast: Cast = { ...castOf('test'), accounts: { ann: 0, ben: 1, cyd: 2 }, otherAccount: 0 }
  private readonly deeds = new Rounds(this.cast, config)
  private readonly state: State = StateType.defaultValue()
  private readonly queue: QueuedItem[] = []
  private parent = genesisHeader(config)
  private time = start
  private rounds = 0
  private sealed: SealedBlock[] = []
  private ground: Ground

  constructor() {
    this.state.prices = config.genesis.prices
    this.state.timestamp = start
    this.ground = this.standing()
    for (const shard of [this.cast.shard, this.cast.otherShard])
      Object.values(this.cast.owners).forEach(({ address }, account) => {
        this.enqueue({ selector: 0, value: { shard, account, owner: address, amount: 10n ** 16n } })
      })
    this.seal([])
    for (const deed of this.deeds.opening()) this.seal([deed])
  }

  /** One more round. @returns what gives its blocks on the state before them, each time anew. */
  round(needs: readonly Need[]): () => Scene {
    this.ground = this.standing()
    this.sealed = []
    this.rounds += 1
    if (needs.includes('items')) this.forceItems()
    if (needs.includes('prices'))
      this.enqueue({ selector: 3, value: { ...this.state.prices, settlement: this.state.prices.settlement + 1n } })
    if (needs.includes('flood')) for (let i = 0; i < 70; i += 1) this.enqueue(this.deposit())
    const deeds = this.deeds.round(this.rounds)
    this.seal(deeds.slice(0, 2))
    for (const deed of deeds.slice(2, -1)) this.seal([deed])
    this.seal(deeds.slice(-1))
    const ground = { ...this.ground, window: { ...this.ground.window, waiting: this.queue.slice(this.consumed) } }
    const { cast, sealed } = this
    return () => ({ ground, cast, blocks: draftOf(sealed) })
  }

  private get consumed(): number {
    return Number(this.ground.parent.inboxCount)
  }

  private standing(): Ground {
    const consumed = Number(this.parent.inboxCount)
    const window = {
      waiting: this.queue.slice(consumed),
      hashBefore: this.queue[consumed - 1]?.inboxHash ?? new Uint8Array(32),
    }
    const { parent } = this
    const state = structuredClone(this.state)
    return { config, lineage: config.genesis.lineage, parent, state, window, verifier: portableVerifier }
  }

  private deposit(): InboxItem {
    const { shard, accounts, owners } = this.cast
    return { selector: 0, value: { shard, account: accounts.cyd, owner: owners.cyd.address, amount: 1_000_000n } }
  }

  private forceItems(): void {
    const { accounts, owners, shard } = this.cast
    const forced = (account: number): InboxItem => ({
      selector: 1,
      value: {
        sender: owners.cyd.address,
        operation: this.deeds.exit(account, this.state.shards[shard]?.accounts[account]?.nonce ?? 0n),
        signatures: [new Uint8Array(64)],
      },
    })
    this.enqueue(this.deposit())
    this.enqueue(forced(accounts.cyd))
    this.enqueue(forced(accounts.ann))
  }

  private enqueue(item: InboxItem): void {
    const inboxHash = nextInboxHash(this.queue.at(-1)?.inboxHash ?? new Uint8Array(32), item, new Uint8Array(32))
    this.queue.push({ index: BigInt(this.queue.length), item, time: millis(this.time), inboxHash })
  }

  private seal(deeds: readonly Deed[]): void {
    this.time += 500n
    const items = this.queue.length - Number(this.parent.inboxCount)
    const chain = { ...referenceAt(this.standing(), this.parent.inboxCount, this.parent) }
    const offers = deeds.flatMap((deed) => this.offersOf(deed))
    const built = buildBlock(this.state, offers, { timestamp: this.time, items: Math.min(items, 64) }, chain)
    const refused = built.refusals.find((refusal) => refusal !== undefined)
    if (refused !== undefined)
      throw new Error(
        `an honest offer was refused: ${JSON.stringify(refused, (_, v) => (typeof v === 'bigint' ? String(v) : v))}`,
      )
    this.parent = built.block.header
    this.sealed.push({ ...built, signature: new Uint8Array(65) })
  }

  private offersOf(deed: Deed): Offer[] {
    const { cast, state } = this
    const main = state.shards[cast.shard]
    const conversation = main?.conversations[cast.conversation]
    if (deed.kind === 'messages') {
      const of = state.shards[deed.shard]?.conversations[0] as Conversation
      return deed.make(of).map(({ shard, signature, ...message }: SignedMessage) => {
        const { conversation: index, member, content } = message
        return { kind: 'message', shard, message: { conversation: index, member, content }, signature }
      })
    }
    const nonceOf = (account: number): bigint => main?.accounts[account]?.nonce ?? 0n
    const nonces = { ann: nonceOf(cast.accounts.ann), ben: nonceOf(cast.accounts.ben) }
    return [{ kind: 'operation', ...deed.make({ conversation, nonces }) }]
  }
}
