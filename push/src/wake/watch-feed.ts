import type { FeedBucket, FeedPlace } from '@parley/api'
import { ClientError, createSequencerClient } from '@parley/client'
import { limits } from '@parley/protocol/light'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'

/** What is told of what happens. */
export interface Touched {
  touched(place: FeedPlace): void
  /** What happened is not known. */
  touchedAll(): void
}

export interface FeedWatchDeps {
  /** Of a relay, or of a sequencer. */
  readonly url: string
  readonly clock: Clock
  readonly log: Logger
}

const retryMs = 1_000
/** All conversations, whoever registered which: who serves the feed learns nothing of that. */
const everything: readonly FeedBucket[] = Array.from({ length: limits.shards }, (_, shard) => ({
  shard,
  bits: 0,
  prefix: 0,
}))

/** Follows everything that happens, at level `accepted`. */
export class FeedWatch {
  /** Why it does not follow now; undefined while it does. */
  away: string | undefined = 'the feed is not open yet'
  private readonly deps: FeedWatchDeps
  private readonly target: Touched

  constructor(deps: FeedWatchDeps, target: Touched) {
    this.deps = deps
    this.target = target
  }

  /** Runs until `signal`. What happened while it did not follow, everybody is woken for. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    while (!signal.aborted) {
      try {
        await this.follow(signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof ClientError)) throw error
        this.away = error.fault.code
        log.warn({ err: error }, 'the feed cannot be followed; it is asked for again')
      }
      await clock.sleep(retryMs, signal).catch(() => undefined /* it is to end */)
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { url, clock } = this.deps
    const onAway = (reason: string | undefined): void => {
      if (reason !== undefined) this.away = reason
    }
    const feed = createSequencerClient({ url, clock }).watchMany(everything, signal, { level: 'accepted', onAway })
    let isBegun = false
    for await (const update of feed) {
      if (update.kind === 'entries') this.target.touched(update.place)
      else if (update.kind === 'watching') {
        this.away = undefined
        // Whatever happened before a feed that begins anew.
        if (!isBegun) this.target.touchedAll()
        isBegun = true
      } else if (update.kind === 'forgotten') {
        feed.add([update.bucket])
        this.target.touchedAll()
      } else if (update.kind === 'refused') {
        this.away = update.code
        return
      }
    }
  }
}
