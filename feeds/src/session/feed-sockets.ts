import { feedRoutes } from '@parley/api'
import { type Exchange, placeOf } from '@parley/api/server'
import type { FastifyRequest } from 'fastify'
import { type BlockFeedSource, type EndedLineage, sendBlocks } from '../socket/block-feed.ts'
import type { SocketRoute } from '../socket/socket-route.ts'
import { assertReady, type Because, type LiveFeeds } from './live-feeds.ts'

/** `/v1/feed`. @see docs/spec/feed.md */
export function liveSocket(live: LiveFeeds, exchangeOf: (request: FastifyRequest) => Exchange): SocketRoute {
  const { live: route } = feedRoutes
  return {
    route,
    feed: 'live',
    async check(request) {
      placeOf(route, request)
      live.assertReady()
    },
    greeting: (isFirst) => live.greeting(isFirst),
    serve: (connection, request) => live.serve(connection, exchangeOf(request)),
  }
}

export interface BlockSocketDeps {
  readonly blocks: () => BlockFeedSource
  readonly removals: () => readonly EndedLineage[]
  /** Default: they can from the start. */
  readonly unreadyBecause?: Because
}

/** `/v1/feed/blocks`. */
export function blockSocket({ blocks, removals, unreadyBecause }: BlockSocketDeps): SocketRoute {
  const { blocks: route } = feedRoutes
  return {
    route,
    feed: 'blocks',
    ofBlocks: true,
    greeting: () => JSON.stringify({ head: String(blocks().head) }),
    async check(request) {
      placeOf(route, request)
      assertReady(unreadyBecause)
    },
    serve(connection, request) {
      const source = blocks()
      const { from = source.head + 1n, lineage } = placeOf(route, request).query
      return sendBlocks(connection, source, removals(), { from: firstBlock(from), lineage })
    },
  }
}

/** Block 0 is nobody's: the first one sealed is 1. */
function firstBlock(from: bigint): bigint {
  return from === 0n ? 1n : from
}
