import type { ConversationPlace, EncodedEntry } from '@parley/feeds'
import { type Connection, closeCodes, sendingFrom } from '@parley/feeds'
import { firstOf, type Turns } from '@parley/runtime'
import type { SealedChain } from '../chain/sealed-chain.ts'
import type { RecentEntries } from './recent-entries.ts'

export interface ConversationFeedDeps {
  readonly chain: SealedChain
  readonly entries: RecentEntries
  /** Takes turns at reading blocks that are no longer the tip. */
  readonly catchingUp: Turns
}

/** A block that touched the conversation. */
interface Touched {
  readonly number: bigint
  /** Position of its first event. */
  readonly first: bigint
}

/** Sends what happens in one conversation from position `from` on until the connection ends. */
export async function sendConversation(
  connection: Connection,
  deps: ConversationFeedDeps,
  place: ConversationPlace,
  from: bigint,
): Promise<void> {
  const feed = new ConversationFeed(connection, deps, place, from)
  await sendingFrom(
    connection,
    () => feed.next,
    () => feed.run(),
  )
}

class ConversationFeed {
  /** Position of the next entry to send. */
  next: bigint
  private sentBlock = 0n
  private readonly connection: Connection
  private readonly deps: ConversationFeedDeps
  private readonly place: ConversationPlace
  private readonly from: bigint

  constructor(connection: Connection, deps: ConversationFeedDeps, place: ConversationPlace, from: bigint) {
    this.connection = connection
    this.deps = deps
    this.place = place
    this.from = from
    this.next = from
  }

  async run(): Promise<void> {
    const { connection, deps, place } = this
    const following = deps.chain.touched.follow(place)
    try {
      while (true) {
        const touched = following.touched.next()
        if (!(await this.sendTouched())) return
        await firstOf([touched], connection.signal)
      }
    } finally {
      following.leave()
    }
  }

  /** Sends all blocks that touched the conversation since the last one; false when some are no longer kept. */
  private async sendTouched(): Promise<boolean> {
    const { blocks, complete } = await this.touched()
    if (!complete) return this.forgotten(blocks.at(-1)?.first ?? 0n)
    for (const { number } of blocks.reverse()) {
      const entries = await this.entriesOf(number)
      if (entries === undefined) return this.forgotten(this.next)
      const unsent = entries.filter(({ position }) => position >= this.from)
      if (unsent.length > 0) await this.connection.sendAll(unsent.map(({ bytes }) => bytes))
      this.next = unsent.at(-1)?.next ?? this.next
      this.sentBlock = number
    }
    return true
  }

  private async entriesOf(number: bigint): Promise<readonly EncodedEntry[] | undefined> {
    const { chain, entries, catchingUp } = this.deps
    const read = async () => (await entries.of(number))?.entriesOf(this.place)
    return number === chain.tip.header.number ? read() : catchingUp.take(read, this.connection.signal)
  }

  private forgotten(from: bigint): false {
    this.connection.close(closeCodes.forgotten, `from ${from}`)
    return false
  }

  /** Blocks after the last one sent with events at `from` or later, latest first; not complete when some are not kept. */
  private async touched(): Promise<{ blocks: Touched[]; complete: boolean }> {
    const { chain, catchingUp } = this.deps
    const blocks: Touched[] = []
    let number = chain.index.lastBlock(this.place.shard, this.place.index)
    // A block on its way into the store is told of when it is there.
    if (number > chain.tip.header.number) return { blocks, complete: true }
    while (number > this.sentBlock) {
      const at = number
      const read = () => chain.blocks.link(at, this.place)
      const link = await (at === chain.tip.header.number ? read() : catchingUp.take(read, this.connection.signal))
      if (link === undefined) return { blocks, complete: false }
      blocks.push({ number, first: link.first })
      if (link.first < this.from) break
      number = link.previous
    }
    return { blocks, complete: true }
  }
}
