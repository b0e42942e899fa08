import { feedRoutes, pathOf } from '@parley/api'
import { type ConversationEntry, ConversationEntryType, ConversationEventKind } from '@parley/protocol/light'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { type FeedOptions, readFeed } from './resumable-feed.ts'
import { decodeSsz } from './ssz-answer.ts'

export type ConversationFeedOptions = FeedOptions

/** A conversation and the position of its first message that is of interest. */
export interface ConversationCursor {
  readonly shard: number
  readonly index: number
  readonly from: bigint
}

/**
 * Entries of a conversation in order, each once, over reconnections. Positions of messages are checked to be without
 * gaps; whether what is said is complete is for a node's proof to show.
 * @throws {ClientError} `FEED_GAP`, and what {@link readFeed} throws.
 */
export async function* followConversation(
  deps: ServerDeps,
  { shard, index, from }: ConversationCursor,
  options: FeedOptions = {},
  signal: AbortSignal,
): AsyncGenerator<ConversationEntry> {
  let next = from
  // Operations have the position of the message after them, so those already told at `next` come again.
  let toldAtNext = 0
  let toSkip = 0
  const pathFrom = (): { path: string; from: bigint } => {
    toSkip = toldAtNext
    const place = { params: { shard, index }, query: { from: next } }
    return { path: pathOf(feedRoutes.conversations, place), from: next }
  }
  for await (const frame of readFeed(deps, pathFrom, options, signal)) {
    const entry = decodeSsz(ConversationEntryType, frame, serverEndpoint(deps.url).shown) as ConversationEntry
    if (entry.position !== next) throw new ClientError({ code: 'FEED_GAP', expected: next, received: entry.position })
    if (entry.event.selector === ConversationEventKind.message) {
      next += 1n
      toldAtNext = 0
      toSkip = 0
    } else if (toSkip > 0) {
      toSkip -= 1
      continue
    } else {
      toldAtNext += 1
    }
    yield entry
  }
}
