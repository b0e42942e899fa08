import { type AnyRoute, encodeServerRecord, feedLevels, feedRoutes, RequestError } from '@parley/api'
import { type Exchange, placeOf, Share } from '@parley/api/server'
import { type Connection, FeedSession, type Greeting } from '@parley/feeds'
import type { Clock } from '@parley/runtime'
import type { FastifyRequest } from 'fastify'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { sendBlocks } from '../feeds/block-feed.ts'
import type { LiveFeed } from '../feeds/live-feed.ts'
import type { Intake } from '../ingress/intake.ts'
import { MessageStream } from '../ingress/message-stream.ts'
import type { Metrics } from '../metrics.ts'
import type { HttpOptions } from '../options.ts'
import type { VoidStore } from '../store/void-store.ts'

export interface FeedDeps {
  readonly live: LiveFeed
  readonly chain: SealedChain
  readonly intake: Intake
  readonly voids: Pick<VoidStore, 'ranges'>
  readonly exchangeOf: (request: FastifyRequest) => Exchange
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'feeds'>
}

/** A route that becomes a WebSocket. */
export interface SocketRoute {
  readonly route: AnyRoute
  readonly feed: string
  /** Checks the request before the upgrade; what it throws is answered over HTTP. */
  readonly check: (request: FastifyRequest) => Promise<void>
  /** Serves the connection until it ends. */
  readonly serve: (connection: Connection, request: FastifyRequest) => Promise<void>
  /** What is sent on connection and with each ping. */
  readonly greeting?: Greeting
}

/** Answers whoever does not ask for a WebSocket. */
export const plainRequest = async (): Promise<never> => {
  throw new RequestError({ code: 'REQUEST_MALFORMED', reason: 'the route takes WebSocket upgrades only' })
}

/** Routes that are WebSockets. */
export function socketRoutes(deps: FeedDeps, options: HttpOptions): SocketRoute[] {
  const { chain, intake, voids, exchangeOf, live } = deps
  const nextBlock = (): bigint => chain.tip.header.number + 1n
  const greeting = (): string => JSON.stringify({ head: String(chain.tip.header.number) })
  const { blocks, stream } = feedRoutes
  const subscriptions = new Share({
    maximum: options.maxSubscriptions,
    perSource: options.maxSubscriptionsPerAddress,
  })
  const maxPlaces = options.maxSubscriptionsPerFeed
  const started = { keepaliveMs: options.heartbeatMs, maxPlaces, levels: feedLevels.sealed }
  return [
    {
      route: feedRoutes.live,
      feed: 'live',
      check: async (request) => void placeOf(feedRoutes.live, request),
      greeting(isFirst) {
        const head = chain.tip.header.number
        if (!isFirst) return encodeServerRecord('pong', { id: 0, head })
        return encodeServerRecord('started', { ...started, epoch: chain.lineage, head })
      },
      serve: (connection, request) =>
        new FeedSession(connection, { ...live, subscriptions, exchange: exchangeOf(request) }, { maxPlaces }).run(),
    },
    {
      route: blocks,
      feed: 'blocks',
      greeting,
      check: async (request) => void placeOf(blocks, request),
      serve(connection, request) {
        const { from = nextBlock(), lineage } = placeOf(blocks, request).query
        return sendBlocks(connection, chain, voids.ranges, { from: firstBlock(from), lineage })
      },
    },
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

/** Block 0 is nobody's: the first one sealed is 1. */
function firstBlock(from: bigint): bigint {
  return from === 0n ? 1n : from
}
