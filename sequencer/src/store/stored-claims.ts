import { BooleanType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { Bytes32Type, Uint64Type } from '@parley/protocol'

/** A claim as the L2 told it, with the numbers of the L2 blocks that did something to it. */
export interface ToldClaim {
  readonly number: bigint
  /** Last block it claims. */
  readonly block: bigint
  /** Root of that block's header. */
  readonly root: Uint8Array
  /** L2 block that claimed it. */
  readonly at: bigint
  /** L2 block that made it final. */
  readonly finalAt: bigint | undefined
  /** L2 block that removed it. */
  readonly removedAt: bigint | undefined
}

const ToldClaimType = new ContainerType({
  number: Uint64Type,
  block: Uint64Type,
  root: Bytes32Type,
  at: Uint64Type,
  isFinal: new BooleanType(),
  finalAt: Uint64Type,
  isRemoved: new BooleanType(),
  removedAt: Uint64Type,
})

/** Claims as stores keep them. */
export const StoredClaimsType = new ListCompositeType(ToldClaimType, 2 ** 20, { typeName: 'StoredClaims' })

type StoredClaims = ReturnType<typeof StoredClaimsType.defaultValue>

export function storedOf(claims: readonly ToldClaim[]): StoredClaims {
  return claims.map(({ finalAt, removedAt, ...claim }) => ({
    ...claim,
    isFinal: finalAt !== undefined,
    finalAt: finalAt ?? 0n,
    isRemoved: removedAt !== undefined,
    removedAt: removedAt ?? 0n,
  }))
}

export function toldOf(stored: StoredClaims): ToldClaim[] {
  return stored.map(({ isFinal, finalAt, isRemoved, removedAt, ...claim }) => ({
    ...claim,
    finalAt: isFinal ? finalAt : undefined,
    removedAt: isRemoved ? removedAt : undefined,
  }))
}
