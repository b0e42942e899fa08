import { type BlockSupply, FanOut, type LiveFeed, type RecentEntries } from '@parley/feeds'
import type { Clock } from '@parley/runtime'
import type { SealedChain } from '../chain/sealed-chain.ts'

/** Milliseconds that sending, or reading older blocks, takes at once. */
const sliceMs = 10

/** Tells a fan-out of every block that is sealed from here on. */
export function followChain(chain: SealedChain, entries: RecentEntries, clock: Clock): LiveFeed {
  const { index, blocks } = chain
  const supply: BlockSupply = {
    lastBlock: ({ shard, index: conversation }) => index.lastBlock(shard, conversation),
    messages: (place) => index.messages(place),
    conversations: (shard) => index.conversations(shard),
    link: (number, place) => blocks.link(number, place),
    entries: (number) => entries.of(number),
  }
  const fanOut = new FanOut({ supply, clock }, { head: chain.tip.header.number, sliceMs })
  chain.onSealed = (number, entriesOf) =>
    fanOut.add(number, () => {
      const sealed = entriesOf()
      entries.keep(number, sealed)
      return sealed
    })
  return { fanOut, supply }
}
