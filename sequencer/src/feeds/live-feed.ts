import { type BlockSupply, FanOut, type LiveFeed, type RecentEntries } from '@parley/feeds'
import { InboxItemKind, type QueuedItem } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Producer } from '../block-producer/producer.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { acceptedEvents } from './accepted-events.ts'

/** Milliseconds that sending, or reading older blocks, takes at once. */
const sliceMs = 10

export interface FollowedParts {
  readonly chain: SealedChain
  readonly producer: Producer
  readonly entries: RecentEntries
  readonly clock: Clock
}

/** Tells a fan-out of everything that is accepted and of every block that is sealed from here on. */
export function followChain({ chain, producer, entries, clock }: FollowedParts): LiveFeed {
  const { index, blocks } = chain
  const supply: BlockSupply = {
    lastBlock: ({ shard, index: conversation }) => index.lastBlock(shard, conversation),
    messages: (place) => index.messages(place),
    conversations: (shard) => index.conversations(shard),
    link: (number, place) => blocks.link(number, place),
    entries: (number) => entries.of(number),
  }
  const fanOut = new FanOut({ supply, clock }, { head: chain.tip.header.number, sliceMs })
  // What it took before is not known here.
  if (producer.open !== undefined) fanOut.opened(producer.open.opening.number, 'all')
  producer.told = {
    opened: (number, items) => fanOut.opened(number, forcedShards(items)),
    accepted: (batch, timestamp) => fanOut.accept(batch.block, () => acceptedEvents(batch, timestamp)),
  }
  chain.onSealed = (number, entriesOf) =>
    fanOut.add(number, () => {
      const sealed = entriesOf()
      entries.keep(number, sealed)
      return sealed
    })
  return { fanOut, supply, tellsAccepted: true }
}

/** Shards in whose conversations something from the inbox happens. */
function forcedShards(items: readonly QueuedItem[]): ReadonlySet<number> {
  const shards = items.flatMap(({ item }) => {
    if (item.selector === InboxItemKind.forcedMessage) return [item.value.shard]
    return item.selector === InboxItemKind.forcedOperation ? [item.value.operation.value.shard] : []
  })
  return new Set(shards)
}
