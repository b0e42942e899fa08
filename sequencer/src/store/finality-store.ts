import { ContainerType } from '@chainsafe/ssz'
import { Bytes32Type, type L2Position, Uint64Type } from '@parley/protocol'
import { type BytesLevel, checksummed, keyOf, lazy, unchecksummed } from '@parley/runtime/level'
import { StoredClaimsType, storedOf, type ToldClaim, toldOf } from './stored-claims.ts'

const StoredFinalityType = new ContainerType(
  { blockNumber: Uint64Type, blockHash: Bytes32Type, claims: StoredClaimsType },
  { typeName: 'StoredFinality' },
)

const key = keyOf('finality')

/** Where following the claims stands. It may be lost or damaged: it is read from the L2 again. */
export class FinalityStore {
  private readonly db: BytesLevel

  constructor(db: BytesLevel) {
    this.db = db
  }

  async load(): Promise<{ readonly cursor: L2Position; readonly claims: readonly ToldClaim[] } | undefined> {
    const stored = await this.db.get(key)
    const content = stored && unchecksummed(key, stored)
    if (content === undefined) return undefined
    const { blockNumber, blockHash, claims } = StoredFinalityType.deserialize(content)
    return { cursor: { blockNumber, blockHash }, claims: toldOf(claims) }
  }

  async save(cursor: L2Position, claims: readonly ToldClaim[]): Promise<void> {
    const value = checksummed(key, StoredFinalityType.serialize({ ...cursor, claims: storedOf(claims) }))
    await this.db.batch([{ type: 'put', key, value }], lazy)
  }
}
