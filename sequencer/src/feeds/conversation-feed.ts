import { type ConversationEntry, ConversationEntryType, type SealedBlock } from '@parley/protocol'
import { findLink } from '../chain/conversation-index.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { firstOf } from '../pulse.ts'
import type { InboxStore } from '../store/inbox-store.ts'
import { type Connection, closeCodes } from './connection.ts'
import { entriesOf } from './conversation-entries.ts'
import { sendingFrom } from './sending.ts'

export interface ConversationFeedDeps {
  readonly chain: SealedChain
  readonly inbox: InboxStore
}

export interface ConversationPlace {
  readonly shard: number
  readonly index: number
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
  const { chain } = deps
  let next = from
  let sentBlock = 0n
  const sendBlock = async ({ number }: Touched): Promise<boolean> => {
    const sealed = await chain.blocks.block(number)
    if (sealed === undefined) return false
    for (const entry of await entriesIn(deps, sealed, place)) {
      if (entry.position < from) continue
      await connection.send(ConversationEntryType.serialize(entry))
      next = entry.position + (entry.event.selector === 0 ? 1n : 0n)
    }
    sentBlock = number
    return true
  }
  await sendingFrom(
    connection,
    () => next,
    async () => {
      while (true) {
        const sealed = chain.sealed.next()
        const { blocks, complete } = await touchedSince(deps, place, sentBlock, from)
        if (!complete) {
          connection.close(closeCodes.forgotten, `from ${blocks.at(-1)?.first ?? 0n}`)
          return
        }
        for (const touched of blocks.reverse())
          if (!(await sendBlock(touched))) {
            connection.close(closeCodes.forgotten, `from ${next}`)
            return
          }
        await firstOf([sealed], connection.signal)
      }
    },
  )
}

/** Blocks after `after` with events at `from` or later, latest first; not complete when some are no longer kept. */
async function touchedSince(
  { chain }: ConversationFeedDeps,
  { shard, index }: ConversationPlace,
  after: bigint,
  from: bigint,
): Promise<{ blocks: Touched[]; complete: boolean }> {
  const blocks: Touched[] = []
  let number = chain.index.lastBlock(shard, index)
  // A block on its way into the store is told of when it is there.
  if (number > chain.tip.header.number) return { blocks, complete: true }
  while (number > after) {
    const links = await chain.blocks.links(number)
    const link = links && findLink(links, shard, index)
    if (link === undefined) return { blocks, complete: false }
    blocks.push({ number, first: link.first })
    if (link.first < from) break
    number = link.previous
  }
  return { blocks, complete: true }
}

async function entriesIn(
  { chain, inbox }: ConversationFeedDeps,
  sealed: SealedBlock,
  { shard, index }: ConversationPlace,
): Promise<ConversationEntry[]> {
  const links = await chain.blocks.links(sealed.block.header.number)
  const link = links && findLink(links, shard, index)
  if (link === undefined) return []
  const itemAt = async (item: bigint) => (await inbox.items(item, item + 1n))[0]!.queued
  return entriesOf(sealed, { shard, index, ...link }, itemAt)
}
