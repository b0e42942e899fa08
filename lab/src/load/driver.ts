import { limits } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Delivery } from './delivery.ts'
import { type Foreseen, lookAhead } from './lookahead.ts'
import type { Planner } from './planner.ts'
import { type Answer, ShardStream } from './shard-stream.ts'
import type { TraceLine } from './trace-line.ts'

export interface LoadDeps {
  readonly lines: Iterable<TraceLine> | AsyncIterable<TraceLine>
  readonly planner: Planner
  readonly delivery: Delivery
  readonly clock: Clock
  readonly onAnswer: (answer: Answer) => void
}

export interface LoadOptions {
  /** Messages after which the load ends; undefined to play the trace to its end. */
  readonly messages: number | undefined
  /** Messages a second; undefined for as fast as they are answered. */
  readonly messagesPerSecond: number | undefined
  /** Offers after which all must be answered before the next is sent; undefined to let shards run independently. */
  readonly roundOffers: number | undefined
  /** Lines of a conversation's near future that decide whom it starts with. */
  readonly lookaheadLines: number
  /** Messages of one request at most. */
  readonly maxMessages: number
}

/** Offers waiting in one shard at most; with 64 shards that bounds what is signed or planned ahead. */
const maxWaiting = 512

/**
 * Sends a whole load. With rounds, which offers are in flight together hangs on nothing but the trace.
 * @returns how many offers were sent, operations included.
 * @throws what planning or delivery throw; the signal's reason.
 */
export async function drive(deps: LoadDeps, options: LoadOptions, signal: AbortSignal): Promise<{ offers: number }> {
  const { planner, clock } = deps
  const failing = new AbortController()
  const either = AbortSignal.any([signal, failing.signal])
  const streamDeps = { ...deps, onFailure: (error: unknown) => failing.abort(error) }
  const streamOptions = { maxWaiting, maxMessages: options.maxMessages }
  const streams = Array.from({ length: limits.shards }, () => new ShardStream(streamDeps, streamOptions, either))
  const drain = async (): Promise<void> => {
    await Promise.all(streams.map((stream) => stream.drain()))
    either.throwIfAborted()
  }
  const pace = pacer(clock, options.messagesPerSecond, either)
  let offers = 0
  for await (const foreseen of taken(deps.lines, options)) {
    either.throwIfAborted()
    await pace()
    for (const offer of planner.plan(foreseen)) {
      await (streams[offer.talk.shard] as ShardStream).push(offer)
      offers += 1
      if (options.roundOffers !== undefined && offers % options.roundOffers === 0) await drain()
    }
  }
  await drain()
  return { offers }
}

async function* taken(lines: LoadDeps['lines'], options: LoadOptions): AsyncGenerator<Foreseen> {
  yield* lookAhead(first(lines, options.messages), options.lookaheadLines)
}

async function* first(lines: LoadDeps['lines'], count: number | undefined): AsyncGenerator<TraceLine> {
  if (count === 0) return
  let left = count ?? Number.POSITIVE_INFINITY
  for await (const line of lines) {
    yield line
    left -= 1
    if (left <= 0) return
  }
}

/** Resolves when the next message may be sent; what was missed is caught up with. */
function pacer(clock: Clock, perSecond: number | undefined, signal: AbortSignal): () => Promise<void> {
  if (perSecond === undefined) return async () => undefined
  const start = clock.now()
  let sent = 0
  return async () => {
    const due = start + (sent * 1000) / perSecond
    sent += 1
    const early = due - clock.now()
    if (early > 0) await clock.sleep(early, signal)
  }
}
