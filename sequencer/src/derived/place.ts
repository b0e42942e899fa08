/** Where a conversation lies. */
export interface ConversationPlace {
  readonly shard: number
  readonly index: number
}

/** A place as one number, so that it can be the key of a map. */
export function placeKey({ shard, index }: ConversationPlace): number {
  return shard * 2 ** 32 + index
}

export function shardOf(key: number): number {
  return Math.floor(key / 2 ** 32)
}
