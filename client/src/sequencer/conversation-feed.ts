import type { ConversationEntry } from '@parley/protocol/light'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { followConversations } from './conversations-feed.ts'
import type { FeedOptions } from './resumable-feed.ts'

/** A conversation and the position of its first message that is of interest. */
export interface ConversationCursor {
  readonly shard: number
  readonly index: number
  readonly from: bigint
}

/**
 * Entries of one conversation in order, each once, over reconnections.
 * @throws {ClientError} `BLOCK_FORGOTTEN`, `FEED_REFUSED`, and what {@link followConversations} throws.
 */
export async function* followConversation(
  deps: ServerDeps,
  cursor: ConversationCursor,
  options: FeedOptions = {},
  signal: AbortSignal,
): AsyncGenerator<ConversationEntry> {
  const url = serverEndpoint(deps.url).shown
  for await (const update of followConversations(deps, [cursor], options, signal)) {
    if (update.kind === 'entries') yield* update.entries
    else if (update.kind === 'gone')
      throw new ClientError({ code: 'BLOCK_FORGOTTEN', url, from: cursor.from, reason: `from ${update.from}` })
    else if (update.kind === 'refused')
      throw new ClientError({ code: 'FEED_REFUSED', url, status: 0, reason: update.code })
  }
}
