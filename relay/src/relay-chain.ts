import {
  BlockEntries,
  type BlockFeedSource,
  type BlockSupply,
  ConversationIndex,
  FanOut,
  RecentEntries,
} from '@parley/feeds'
import {
  type BlockHeader,
  BlockHeaderType,
  type BlockView,
  type Bytes32,
  type QueuedItem,
  sameBytes,
} from '@parley/protocol'
import { type Clock, Pulse } from '@parley/runtime'
import { RelayError } from './faults.ts'
import type { RelayStore } from './store/relay-store.ts'

/** Milliseconds that sending, or reading older blocks, takes at once. */
const sliceMs = 10

/** The blocks of a relay, and who follows what happens in them. */
export class RelayChain implements BlockFeedSource {
  readonly sealed = new Pulse()
  readonly fanOut: FanOut
  readonly supply: BlockSupply
  /** Whether it is told what is accepted, too. */
  tellsAccepted = false
  header: BlockHeader
  private readonly index: ConversationIndex
  private readonly entries: RecentEntries
  readonly store: RelayStore

  private constructor(store: RelayStore, index: ConversationIndex, header: BlockHeader, clock: Clock) {
    this.store = store
    this.index = index
    this.header = header
    this.entries = new RecentEntries(store, store)
    this.supply = {
      lastBlock: ({ shard, index: conversation }) => index.lastBlock(shard, conversation),
      messages: (place) => index.messages(place),
      conversations: (shard) => index.conversations(shard),
      link: (number, place) => store.link(number, place),
      entries: (number) => this.entries.of(number),
    }
    this.fanOut = new FanOut({ supply: this.supply, clock }, { head: store.head, sliceMs })
  }

  /** The chain as it is stored. @throws {RelayError} `STORE_CORRUPT`. */
  static async open(store: RelayStore, genesis: BlockHeader, clock: Clock): Promise<RelayChain> {
    const index = new ConversationIndex()
    await store.loadIndex(index)
    const header = store.head === 0n ? genesis : await store.header(store.head)
    if (header === undefined)
      throw new RelayError({ code: 'STORE_CORRUPT', what: 'block', number: store.head, reason: 'it is missing' })
    return new RelayChain(store, index, header, clock)
  }

  get head(): bigint {
    return this.store.head
  }

  get first(): bigint {
    return this.store.first
  }

  bytes(number: bigint): Promise<Uint8Array | undefined> {
    return this.store.bytes(number)
  }

  /** Whether a header follows the last one. */
  follows({ parent }: BlockHeader): boolean {
    return sameBytes(parent, this.root)
  }

  /** Root of the last header. */
  get root(): Bytes32 {
    return BlockHeaderType.hashTreeRoot(this.header)
  }

  /**
   * Takes in the next block, and reports it to readers once it is durable.
   * @param items - Inbox items that it consumes.
   * @throws {RelayError} `INBOX_DIFFERS`.
   */
  async add(view: BlockView, items: readonly QueuedItem[]): Promise<void> {
    const { header } = view
    const expected = items.at(-1)?.inboxHash ?? this.header.inboxHash
    if (!sameBytes(header.inboxHash, expected))
      throw new RelayError({ code: 'INBOX_DIFFERS', block: header.number, expected, received: header.inboxHash })
    const byIndex = new Map(items.map((item) => [item.index, item]))
    const links = this.index.add(header.number, view.runs, (index) => byIndex.get(index) as QueuedItem)
    await this.store.add({ view, links, items }, this.index)
    this.header = header
    this.sealed.beat()
    this.fanOut.add(header.number, () => {
      const entries = BlockEntries.of(view, links, byIndex)
      this.entries.keep(header.number, entries)
      return entries
    })
  }
}
