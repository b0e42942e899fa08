import { encodeServerRecord, feedLevels, feedRoutes, RequestError } from '@parley/api'
import { type Exchange, placeOf, Share } from '@parley/api/server'
import type { Bytes32 } from '@parley/protocol'
import type { FastifyRequest } from 'fastify'
import type { BlockSupply } from '../fan-out/block-supply.ts'
import type { FanOut } from '../fan-out/fan-out.ts'
import { type BlockFeedSource, type EndedLineage, sendBlocks } from '../socket/block-feed.ts'
import type { SocketOptions } from '../socket/socket-options.ts'
import type { SocketRoute } from '../socket/socket-route.ts'
import { FeedSession } from './feed-session.ts'

/** What feeds of conversations are served from now; another one after claims were removed. */
export interface LiveFeed {
  readonly fanOut: FanOut
  readonly supply: BlockSupply
}

/** Why feeds cannot be served yet; undefined once they can. */
type Because = () => string | undefined

function assertReady(unreadyBecause: Because | undefined): void {
  const because = unreadyBecause?.()
  if (because !== undefined) throw new RequestError({ code: 'NOT_READY', because, retryAfterMs: 1_000 })
}

export interface LiveSocketDeps {
  readonly live: () => LiveFeed
  /** Lineage of the next block. */
  readonly epoch: () => Bytes32
  readonly exchangeOf: (request: FastifyRequest) => Exchange
  /** Default: they can from the start. */
  readonly unreadyBecause?: Because
}

/** `/v1/feed`. @see docs/spec/feed.md */
export function liveSocket(
  { live, epoch, exchangeOf, unreadyBecause }: LiveSocketDeps,
  options: SocketOptions,
): SocketRoute {
  const { live: route } = feedRoutes
  const subscriptions = new Share({
    maximum: options.maxSubscriptions,
    perSource: options.maxSubscriptionsPerAddress,
  })
  const maxPlaces = options.maxSubscriptionsPerFeed
  const started = { keepaliveMs: options.heartbeatMs, maxPlaces, levels: feedLevels.sealed }
  return {
    route,
    feed: 'live',
    async check(request) {
      placeOf(route, request)
      assertReady(unreadyBecause)
    },
    greeting(isFirst) {
      const { head } = live().fanOut
      if (!isFirst) return encodeServerRecord('pong', { id: 0, head })
      return encodeServerRecord('started', { ...started, epoch: epoch(), head })
    },
    serve: (connection, request) =>
      new FeedSession(connection, { ...live(), subscriptions, exchange: exchangeOf(request) }, { maxPlaces }).run(),
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
