import { feedRoutes } from '@parley/api'
import { type Exchange, placeOf } from '@parley/api/server'
import { type BlockFeedSource, blockSocket, type LiveFeed, liveSocket, type SocketRoute } from '@parley/feeds'
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
  readonly exchangeOf: (request: FastifyRequest) => Exchange
}

/** Routes that are WebSockets. */
export function socketRoutes(deps: FeedDeps, options: HttpOptions): SocketRoute[] {
  const { chain, intake, voids, exchangeOf, live } = deps
  const { stream } = feedRoutes
  const blocks: BlockFeedSource = {
    get head() {
      return chain.tip.header.number
    },
    get first() {
      return chain.blocks.first
    },
    sealed: chain.sealed,
    bytes: (number) => chain.blocks.bytes(number),
  }
  return [
    liveSocket({ live: () => live, epoch: () => chain.lineage, exchangeOf }, options),
    blockSocket({ blocks: () => blocks, removals: () => voids.ranges }),
    {
      route: stream,
      feed: 'stream',
      check: async (request) => void placeOf(stream, request),
      serve: (connection, request) =>
        new MessageStream(connection, {
          intake,
          exchange: exchangeOf(request),
          maxMessages: options.maxMessages,
        }).run(),
    },
  ]
}
