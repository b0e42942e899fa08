import { feedRoutes } from '@parley/api'
import { type Exchange, placeOf } from '@parley/api/server'
import {
  type BlockFeedSource,
  blockSocket,
  type LiveFeed,
  type LiveFeeds,
  liveSocket,
  type SocketRoute,
} from '@parley/feeds'
import type { FastifyRequest } from 'fastify'
import type { SealedChain } from '../chain/sealed-chain.ts'
import type { Intake } from '../ingress/intake.ts'
import { MessageStream } from '../ingress/message-stream.ts'
import type { HttpOptions } from '../options.ts'
import type { VoidStore } from '../store/void-store.ts'

export interface FeedDeps {
  readonly live: LiveFeed
  readonly chain: SealedChain
  readonly intake: Intake
  readonly voids: Pick<VoidStore, 'ranges'>
}

/** Routes that are WebSockets. @param feed - Asked for by connections that are let through. */
export function socketRoutes(
  live: LiveFeeds,
  exchangeOf: (request: FastifyRequest) => Exchange,
  feed: () => FeedDeps,
  options: HttpOptions,
): SocketRoute[] {
  const { stream } = feedRoutes
  return [
    liveSocket(live, exchangeOf),
    blockSocket({ blocks: () => blocksOf(feed()), removals: () => feed().voids.ranges }),
    {
      route: stream,
      feed: 'stream',
      check: async (request) => void placeOf(stream, request),
      serve: (connection, request) =>
        new MessageStream(connection, {
          intake: feed().intake,
          exchange: exchangeOf(request),
          maxMessages: options.maxMessages,
        }).run(),
    },
  ]
}

const blocksOf = ({ chain }: FeedDeps): BlockFeedSource => ({
  get head() {
    return chain.tip.header.number
  },
  get first() {
    return chain.blocks.first
  },
  sealed: chain.sealed,
  bytes: (number) => chain.blocks.bytes(number),
})
