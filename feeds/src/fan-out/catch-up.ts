import { type BucketCursor, type FeedBucket, type FeedCursor, type FeedLevel, fromNow } from '@parley/api'
import { type ConversationPlace, placeKey } from '../conversations/place.ts'
import { bucketKey } from './bucket.ts'
import type { BucketCatchUp, CatchUp, PlaceCatchUp, Progress, Subscriber } from './subscriber.ts'

export interface CatchUpTerms {
  readonly level: FeedLevel
  readonly historyOnly: boolean
  readonly progress: Progress | undefined
}

export function placeCatchUp(
  subscriber: Subscriber,
  { shard, index, from, after }: FeedCursor,
  terms: CatchUpTerms,
): PlaceCatchUp {
  const place: ConversationPlace = { shard, index }
  const key = placeKey(place)
  return {
    subscriber,
    key,
    bucket: undefined,
    place,
    from,
    after,
    kept: undefined,
    found: [],
    walk: undefined,
    cancelled: false,
    ...terms,
  }
}

export function bucketCatchUp(
  subscriber: Subscriber,
  { shard, bits, prefix, after }: BucketCursor,
  terms: CatchUpTerms,
): BucketCatchUp {
  const bucket: FeedBucket = { shard, bits, prefix }
  return { subscriber, key: bucketKey(bucket), bucket, after, cancelled: false, ...terms }
}

/** Whether nothing of the past is asked for. */
export function isFromNow(catchUp: CatchUp): boolean {
  return (catchUp.bucket === undefined ? catchUp.from : catchUp.after) === fromNow
}
