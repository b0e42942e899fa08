import type { FeedPlace } from '../fanout/feed-plan.ts'

/** What a process of users does at the busiest time. It is handed over as a file. */
export interface DayPlan {
  readonly nodeUrl: string
  readonly relayUrl: string
  readonly places: readonly FeedPlace[]
  /** Conversations that each user follows: those from a number on, one after the other. */
  readonly placesPerUser: number
  /** Feeds that are open from the beginning. For each that begins later, the oldest ends. */
  readonly feedsOpen: number
  readonly perSecond: { readonly pages: number; readonly changes: number; readonly feeds: number }
  /** Milliseconds from the first entry on. */
  readonly lastsMs: number
  /** Milliseconds without any entry after which what has not come is lost. */
  readonly silenceMs: number
  /** Number of the conversation of each message that is sent meanwhile. */
  readonly messages: readonly number[]
}

/** An entry that came live. */
export type LiveEntry = readonly [shard: number, index: number, position: number, atMs: number]

/** What became of it. */
export interface DayResult {
  /** Milliseconds from when something was due until it was there: an answer, or a feed that is caught up. */
  readonly delays: {
    readonly pages: readonly number[]
    readonly changes: readonly number[]
    readonly feeds: readonly number[]
  }
  readonly live: readonly LiveEntry[]
  /** Over all feeds that were open from beginning to end. */
  readonly expected: number
  readonly lost: number
  /** Over all feeds. */
  readonly doubled: number
  readonly disordered: number
  /** Bytes over the connections, both ways, without those of TCP and TLS. */
  readonly bytes: { readonly reads: number; readonly feeds: number }
}

/** How many things are due within a time. */
export const countWithin = (perSecond: number, lastsMs: number): number => Math.floor((perSecond * lastsMs) / 1_000)

/** Numbers of the conversations that a user follows. */
export function* followedBy(
  user: number,
  { places, placesPerUser }: Pick<DayPlan, 'places' | 'placesPerUser'>,
): Generator<number> {
  for (let i = 0; i < placesPerUser; i += 1) yield (user * placesPerUser + i) % places.length
}
