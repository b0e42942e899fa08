import { encodeServerRecord, feedLevels, RequestError } from '@parley/api'
import { type Exchange, Share } from '@parley/api/server'
import type { Bytes32 } from '@parley/protocol'
import type { BlockSupply } from '../fan-out/block-supply.ts'
import type { FanOut } from '../fan-out/fan-out.ts'
import type { SocketOptions } from '../socket/socket-options.ts'
import type { FeedTransport } from '../socket/transport.ts'
import { FeedSession } from './feed-session.ts'

/** What feeds of conversations are served from now; another one after claims were removed. */
export interface LiveFeed {
  readonly fanOut: FanOut
  readonly supply: BlockSupply
  /** Whether it is told what is accepted, too. */
  readonly tellsAccepted: boolean
}

/** Why feeds cannot be served yet; undefined once they can. */
export type Because = () => string | undefined

export interface LiveFeedsDeps {
  readonly live: () => LiveFeed
  /** Lineage of the next block. */
  readonly epoch: () => Bytes32
  /** Default: they can from the start. */
  readonly unreadyBecause?: Because
}

/** Feeds of conversations, whatever carries their frames. @see docs/spec/feed.md */
export class LiveFeeds {
  private readonly subscriptions: Share
  private readonly deps: LiveFeedsDeps
  private readonly options: SocketOptions

  constructor(deps: LiveFeedsDeps, options: SocketOptions) {
    this.deps = deps
    this.options = options
    this.subscriptions = new Share({
      maximum: options.maxSubscriptions,
      perSource: options.maxSubscriptionsPerAddress,
    })
  }

  /** @throws {RequestError} `NOT_READY`. */
  assertReady(): void {
    assertReady(this.deps.unreadyBecause)
  }

  /** What is sent first, and what says later that the server lives. */
  greeting(isFirst: boolean): Uint8Array {
    const { head } = this.deps.live().fanOut
    if (!isFirst) return encodeServerRecord('pong', { id: 0, head })
    const { heartbeatMs: keepaliveMs, maxSubscriptionsPerFeed: maxPlaces } = this.options
    const { levels } = this
    return encodeServerRecord('started', { keepaliveMs, maxPlaces, levels, epoch: this.deps.epoch(), head })
  }

  /** Serves one reader until its transport ends. */
  serve(transport: FeedTransport, exchange: Exchange): Promise<void> {
    const { fanOut, supply } = this.deps.live()
    const { subscriptions, levels } = this
    const options = { maxPlaces: this.options.maxSubscriptionsPerFeed, levels }
    return new FeedSession(transport, { fanOut, supply, subscriptions, exchange }, options).run()
  }

  private get levels(): number {
    return feedLevels.sealed + (this.deps.live().tellsAccepted ? feedLevels.accepted : 0)
  }
}

export function assertReady(unreadyBecause: Because | undefined): void {
  const because = unreadyBecause?.()
  if (because !== undefined) throw new RequestError({ code: 'NOT_READY', because, retryAfterMs: 1_000 })
}
