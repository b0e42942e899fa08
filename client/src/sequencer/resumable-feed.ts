import { retryAfterMs } from '@parley/http'
import { backoffMs, jitteredMs, systemClock } from '@parley/runtime'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint, socketPlace } from '../server-endpoint.ts'
import { ConnectionEnded, readFrames } from './frames.ts'
import { type HttpTransport, readHttpFrames } from './http-frames.ts'

export interface FeedOptions {
  /** Bytes of one frame at most. @default 8 MiB, above the largest block */
  readonly maxFrameBytes?: number
  /** Frames read ahead. @default 64 */
  readonly maxBufferedFrames?: number
  /** A connection silent for this long is given up; the server is heard every 15 s. Milliseconds. @default 45_000 */
  readonly silenceMs?: number
  /** Without a frame for this long over failing connections the feed throws `SERVER_UNREACHABLE`. Milliseconds. @default 60_000 */
  readonly giveUpMs?: number
  /** Is given why a connection failed, and undefined once the next one is open. */
  readonly onAway?: (reason: string | undefined) => void
}

/** What a connection is opened for. */
export interface FeedPath {
  readonly path: string
  /** Where it goes on, for faults. */
  readonly from: bigint
  /** Is given what sends a frame, once the connection is open. */
  readonly opened?: (send: (frame: Uint8Array) => void) => void
  /** How frames come; only feeds of conversations come over HTTP. @default 'socket' */
  readonly transport?: FeedTransport | undefined
}

/** A WebSocket, server-sent events, or requests one after the other. */
export type FeedTransport = 'socket' | HttpTransport

/** Close codes after which asking again cannot help. */
const refused = 4400
const pruned = 4404
const lineageEnded = 4409

const backoff = { firstBackoffMs: 250, maxBackoffMs: 5_000 }

/**
 * Frames of a feed over as many connections as it takes.
 * @param pathFrom - Path of the feed with the place to go on from; asked before each connection, when everything yielded
 * before was taken.
 * @throws {ClientError} `BLOCK_FORGOTTEN`, `LINEAGE_ENDED`, `FEED_REFUSED`, `SERVER_UNREACHABLE`; the signal's reason when it aborts.
 */
export async function* readFeed(
  deps: ServerDeps,
  pathFrom: () => FeedPath,
  options: FeedOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { clock = systemClock, random = Math.random, fetch = globalThis.fetch } = deps
  const frameOptions = {
    maxFrameBytes: options.maxFrameBytes ?? 8 * 1024 * 1024,
    maxBufferedFrames: options.maxBufferedFrames ?? 64,
    silenceMs: options.silenceMs ?? 45_000,
  }
  const giveUpMs = options.giveUpMs ?? 60_000
  let failures = 0
  let failingSince: number | undefined
  while (true) {
    const { path, from, opened, transport = 'socket' } = pathFrom()
    const place = socketPlace(deps.url, path)
    const url = place.shown
    let askedMs = 0
    try {
      const asked = {
        ...frameOptions,
        opened: (send: (frame: Uint8Array) => void): void => {
          options.onAway?.(undefined)
          opened?.(send)
        },
      }
      const frames =
        transport === 'socket'
          ? readFrames(place, clock, asked, signal)
          : readHttpFrames({ endpoint: serverEndpoint(deps.url), fetch, clock }, transport, asked, signal)
      for await (const frame of frames) {
        failures = 0
        failingSince = undefined
        yield frame
      }
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) throw error
      throwIfFinal(error, url, from)
      failingSince ??= clock.elapsed()
      options.onAway?.(error.message)
      if (clock.elapsed() - failingSince >= giveUpMs)
        throw new ClientError({ code: 'SERVER_UNREACHABLE', url, reason: error.message }, { cause: error })
      askedMs = Math.min(retryAfterMs(error.retryAfter ?? null, clock.now(), 0), giveUpMs)
    }
    await clock.sleep(askedMs + jitteredMs(backoffMs(failures, backoff), random), signal)
    failures += 1
  }
}

function throwIfFinal(ended: ConnectionEnded, url: string, from: bigint): void {
  const reason = ended.message
  if (ended.code === pruned) throw new ClientError({ code: 'BLOCK_FORGOTTEN', url, from, reason }, { cause: ended })
  if (ended.code === lineageEnded) throw new ClientError({ code: 'LINEAGE_ENDED', url, from, reason }, { cause: ended })
  const status = ended.status ?? 0
  if (ended.code === refused || (status >= 400 && status < 500 && status !== 429))
    throw new ClientError({ code: 'FEED_REFUSED', url, status, reason }, { cause: ended })
}
