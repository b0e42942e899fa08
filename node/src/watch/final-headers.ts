import { type BlockHeader, BlockHeaderType, sameBytes } from '@parley/protocol'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { decodeRecord } from '../store/node-store.ts'

/** A final claim, verified here, and where it begins. */
export interface FinalClaim {
  readonly record: ClaimRecord
  readonly first: bigint
}

/** Headers of blocks that final claims have. */
export interface FinalHeaders {
  /** The last block of which this is known. */
  through(): Promise<bigint>
  /** The final claim that has block `number`; undefined while it is not final, or not verified here. */
  claimOf(number: bigint): Promise<FinalClaim | undefined>
  /** Of a block that a final claim has. */
  header(number: bigint): Promise<BlockHeader | undefined>
}

const headerBytes = BlockHeaderType.fixedSize as number

/** Of the blocks that are verified here. */
export class VerifiedFinalHeaders implements FinalHeaders {
  private readonly store: ChainStore
  private readonly l2: L2Log
  private last: FinalClaim | undefined

  constructor(store: ChainStore, l2: L2Log) {
    this.store = store
    this.l2 = l2
  }

  async through(): Promise<bigint> {
    const number = this.lastClaim
    return number === 0n ? 0n : ((await this.claim(number))?.record.claim.lastHeader.number ?? 0n)
  }

  async claimOf(number: bigint): Promise<FinalClaim | undefined> {
    if (number === 0n) return undefined
    if (this.last !== undefined && covers(this.last, number) && (await this.isStill(this.last))) return this.last
    // Of claims before the one that this node joined at it knows no blocks.
    let low = this.store.joined?.claim ?? 1n
    let high = this.lastClaim
    while (low <= high) {
      const middle = (low + high) / 2n
      const claim = await this.claim(middle)
      // What was verified is being taken back: nothing is known of it now.
      if (claim === undefined) return undefined
      if (claim.record.claim.lastHeader.number < number) low = middle + 1n
      else if (claim.first > number) high = middle - 1n
      else {
        this.last = claim
        return claim
      }
    }
    return undefined
  }

  async header(number: bigint): Promise<BlockHeader | undefined> {
    const bytes = this.store.blockBytes(number)
    return bytes === undefined ? undefined : decodeRecord('header', BlockHeaderType, bytes.subarray(0, headerBytes))
  }

  /** Number of the last claim that is final and verified. */
  private get lastClaim(): bigint {
    const final = this.l2.summary?.final ?? 0n
    return final < this.store.tip.claim ? final : this.store.tip.claim
  }

  private async claim(number: bigint): Promise<FinalClaim | undefined> {
    const [record, verified] = await Promise.all([this.l2.claim(number), this.store.claim(number)])
    if (record === undefined || verified === undefined || !sameBytes(record.hash, verified.hash)) return undefined
    return { record, first: verified.first }
  }

  private async isStill({ record }: FinalClaim): Promise<boolean> {
    if (record.claim.number > this.lastClaim) return false
    const now = await this.claim(record.claim.number)
    return now !== undefined && sameBytes(now.record.hash, record.hash)
  }
}

function covers({ record, first }: FinalClaim, number: bigint): boolean {
  return first <= number && number <= record.claim.lastHeader.number
}
