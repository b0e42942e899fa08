import type { TakenTransaction } from '@parley/da-adapters/testing'
import type { Stage } from '../stage/stage.ts'

export const gwei = 1_000_000_000n

/** What the batcher has in the pool. */
export const pooledOf = ({ fronts, roles }: Stage): Promise<readonly TakenTransaction[]> =>
  fronts.pool.pooled(roles.batcher.address)

/**
 * Raises the fee of blobs while transactions wait for a block, so that no block takes them.
 * @returns those that wait now.
 */
export function strand(stage: Stage, blobBaseFee: bigint): Promise<readonly TakenTransaction[]> {
  const { pool } = stage.fronts
  return stage.wait('transactions that blobs become too dear for', async () => {
    if ((await pooledOf(stage)).length === 0) return undefined
    await pool.setBlobBaseFee(blobBaseFee)
    const left = (await pooledOf(stage)).filter(({ maxFeePerBlobGas }) => maxFeePerBlobGas < blobBaseFee)
    if (left.length > 0) return left
    // They were mined before the fee rose: the next ones are to be offered at the low one again.
    await pool.reset()
    return undefined
  })
}
