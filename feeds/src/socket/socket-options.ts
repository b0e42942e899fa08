/** What open feeds may use up. */
export interface SocketOptions {
  /** Open feeds and streams at most, of all kinds together. Default 1,000. */
  readonly maxFeeds: number
  /** Of those, by address. Default 100. */
  readonly maxFeedsPerAddress: number
  /**
   * Feeds of blocks beside them, for relays, batchers and nodes: readers cannot take their places. A quarter of them may be of
   * one address. Default 64.
   */
  readonly maxBlockFeeds: number
  /** Conversations that one feed follows at most. Default 16,384. */
  readonly maxSubscriptionsPerFeed: number
  /** Conversations that all feeds follow together. Default 1,000,000. */
  readonly maxSubscriptions: number
  /** Of those, by address. Default 131,072. */
  readonly maxSubscriptionsPerAddress: number
  /** Milliseconds between pings. Default 15,000. */
  readonly heartbeatMs: number
  /** Bytes that may wait in one connection before the reader counts as slow. Default 8 MiB. */
  readonly maxBufferedBytes: number
  /** Milliseconds a slow reader has to catch up. Default 30,000. */
  readonly slowReaderMs: number
}

type Bounds = readonly [standard: number, minimum: number, maximum: number]

const most = Number.MAX_SAFE_INTEGER
const day = 86_400_000

/** Default, minimum and maximum of each number. */
export const socketBounds = {
  maxFeeds: [1_000, 0, 1_000_000],
  maxFeedsPerAddress: [100, 0, 1_000_000],
  maxBlockFeeds: [64, 0, 1_000_000],
  maxSubscriptionsPerFeed: [16_384, 1, 1_000_000],
  maxSubscriptions: [1_000_000, 0, 100_000_000],
  maxSubscriptionsPerAddress: [131_072, 0, 100_000_000],
  heartbeatMs: [15_000, 1, day],
  maxBufferedBytes: [8 * 1024 * 1024, 1, most],
  slowReaderMs: [30_000, 1, day],
} as const satisfies Record<keyof SocketOptions, Bounds>

const defaults = Object.fromEntries(Object.entries(socketBounds).map(([name, [standard]]) => [name, standard]))

/** Fills in defaults. Whoever calls checks the bounds, with faults of its own. */
export function socketOptions(options: Partial<SocketOptions>): SocketOptions {
  return { ...defaults, ...options } as SocketOptions
}
