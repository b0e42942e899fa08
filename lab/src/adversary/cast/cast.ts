import type { MemberKey } from '@parley/protocol'
import { memberKey, ownerAddress } from '@parley/protocol'
import { type Derive, deriveFrom, deriveScalar } from '../../load/seeded.ts'

/** An account of somebody on the L2. */
export interface Owner {
  readonly secret: Uint8Array
  readonly address: Uint8Array
}

/** Slots of the cast's conversation. Each is there for a lie: who has next to nothing, who pays next to nothing, who was removed. */
export const slots = { admin: 0, talker: 1, poor: 2, thrifty: 3, gone: 4, changing: 5 } as const

/** The people whom honest blocks are about. Who lies has their keys: it lies in their names. */
export interface Cast {
  readonly shard: number
  /** Where a second run of a block comes from. */
  readonly otherShard: number
  /** Index of the conversation in which nearly everything happens. */
  readonly conversation: number
  readonly otherConversation: number
  readonly owners: { readonly ann: Owner; readonly ben: Owner; readonly cyd: Owner }
  /** Indices of their accounts in `shard`. `cyd` does nothing but through the L2. */
  readonly accounts: { readonly ann: number; readonly ben: number; readonly cyd: number }
  /** Index of ann's account in `otherShard`. */
  readonly otherAccount: number
  readonly keys: readonly MemberKey[]
  /** Key that the changing slot has after the round of a number. */
  readonly keyOfRound: (round: number) => MemberKey
}

export const castShards = [5, 11] as const

function ownerOf(derive: Derive, name: string): Owner {
  const secret = deriveScalar(derive, 'owner', name)
  return { secret, address: ownerAddress(secret) }
}

/** The people of a seed, before they do anything. */
export function castOf(seed: string): Omit<Cast, 'accounts' | 'otherAccount'> {
  const derive = deriveFrom(`adversary ${seed}`)
  const keyOf = (...path: (string | number)[]): MemberKey => memberKey(deriveScalar(derive, 'member', ...path))
  return {
    shard: castShards[0],
    otherShard: castShards[1],
    conversation: 0,
    otherConversation: 0,
    owners: { ann: ownerOf(derive, 'ann'), ben: ownerOf(derive, 'ben'), cyd: ownerOf(derive, 'cyd') },
    keys: Object.values(slots).map((slot) => keyOf(slot)),
    keyOfRound: (round) => keyOf('round', round),
  }
}
