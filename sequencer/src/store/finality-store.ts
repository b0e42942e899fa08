import { BooleanType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { Bytes32Type, type L2Position, Uint64Type } from '@parley/protocol'
import { type BytesLevel, checksummed, keyOf, lazy, unchecksummed } from '../level.ts'

/** A claim that stands. */
export interface StandingClaim {
  readonly number: bigint
  /** Last block it claims. */
  readonly block: bigint
  /** Number of the L2 block that claimed it. */
  readonly at: bigint
  /** Number of the L2 block that made it final. */
  finalAt: bigint | undefined
}

/** Final claims remembered, so that a rollback can open them again. */
export const finalClaimsKept = 1024

const StoredFinalityType = new ContainerType(
  {
    blockNumber: Uint64Type,
    blockHash: Bytes32Type,
    claims: new ListCompositeType(
      new ContainerType({
        number: Uint64Type,
        block: Uint64Type,
        at: Uint64Type,
        isFinal: new BooleanType(),
        finalAt: Uint64Type,
      }),
      2 ** 20,
    ),
  },
  { typeName: 'StoredFinality' },
)

const key = keyOf('finality')

/** Where following the claims stands. It may be lost or damaged: it is read from the L2 again. */
export class FinalityStore {
  private readonly db: BytesLevel

  constructor(db: BytesLevel) {
    this.db = db
  }

  async load(): Promise<{ readonly cursor: L2Position; readonly claims: StandingClaim[] } | undefined> {
    const stored = await this.db.get(key)
    const content = stored && unchecksummed(key, stored)
    if (content === undefined) return undefined
    const { blockNumber, blockHash, claims } = StoredFinalityType.deserialize(content)
    return {
      cursor: { blockNumber, blockHash },
      claims: claims.map(({ isFinal, finalAt, ...claim }) => ({ ...claim, finalAt: isFinal ? finalAt : undefined })),
    }
  }

  async save(cursor: L2Position, claims: readonly StandingClaim[]): Promise<void> {
    const stored = claims.map(({ finalAt, ...claim }) => ({
      ...claim,
      isFinal: finalAt !== undefined,
      finalAt: finalAt ?? 0n,
    }))
    const value = checksummed(key, StoredFinalityType.serialize({ ...cursor, claims: stored }))
    await this.db.batch([{ type: 'put', key, value }], lazy)
  }
}
