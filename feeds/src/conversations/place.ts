/** Where a conversation lies. */
export interface ConversationPlace {
  readonly shard: number
  readonly index: number
}

const indexes = 2 ** 32

/** A place as one number, so that it can be the key of a map. */
export function placeKey({ shard, index }: ConversationPlace): number {
  return shard * indexes + index
}

/** The place that a key is of. */
export function placeOfKey(key: number): ConversationPlace {
  return { shard: shardOf(key), index: key % indexes }
}

export function shardOf(key: number): number {
  return Math.floor(key / indexes)
}
