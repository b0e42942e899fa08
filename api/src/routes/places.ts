import { limits } from '@parley/protocol/light'
import { integer } from '../codec/codec.ts'
import { integerParameter } from '../codec/parameter.ts'

export const uint16 = integer(2 ** 16 - 1)
export const uint32 = integer(2 ** 32 - 1)
export const shard = integer(limits.shards - 1)

/** Where a conversation or an account is. */
export const place = {
  shard: integerParameter('Shard', 0, limits.shards - 1),
  index: integerParameter('Place in the shard', 0, 2 ** 32 - 1),
}
