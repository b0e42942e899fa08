import { encodeClientRecord, feedLevels, feedRoutes, fromNow, pathOf, type ServerRecord } from '@parley/api'
import { limits } from '@parley/protocol/light'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { decodeFrame } from './live-feed.ts'
import { type FeedOptions, readFeed } from './resumable-feed.ts'

/** Everything that a server accepts, in all shards, for whoever tells others of it. */
export interface AcceptedSource {
  /**
   * Records of the feed as they come, over reconnections; after each `started` what is accepted and not sealed comes
   * again. @throws {ClientError} what {@link readFeed} throws.
   */
  records(signal: AbortSignal): AsyncIterable<ServerRecord>
}

/** Reads a sequencer, or a relay. Nothing is checked: what is accepted is not signed before it is sealed. */
export function createAcceptedSource(deps: ServerDeps, options: FeedOptions = {}): AcceptedSource {
  const add = Array.from({ length: limits.shards }, (_, shard) => ({ shard, bits: 0, prefix: 0, after: fromNow }))
  const watch = encodeClientRecord({ kind: 'watch', value: { id: 1, level: feedLevels.accepted, add, remove: [] } })
  return {
    async *records(signal) {
      const { shown } = serverEndpoint(deps.url)
      const opened = (send: (frame: Uint8Array) => void): void => send(watch)
      const path = () => ({ path: pathOf(feedRoutes.live), from: 0n, opened })
      for await (const frame of readFeed(deps, path, options, signal)) yield* decodeFrame(frame, shown)
    },
  }
}
