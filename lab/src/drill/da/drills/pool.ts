import type { Stage } from '../stage/stage.ts'
import type { DaDrill } from './drill.ts'

const policy = 'ethereum-blobs:celestia'
const gwei = 1_000_000_000n

/** Waits until the pool has something of the batcher that no block takes. */
async function waiting({ fronts, roles, wait }: Stage, count = 1): Promise<number> {
  return wait(`${count} transactions that wait in the pool`, async () => {
    const pooled = await fronts.pool.pooled(roles.batcher.address)
    return pooled.length >= count ? pooled.length : undefined
  })
}

/** The pool loses what it has while blobs are too dear for it to be mined. */
export const poolDropped: DaDrill = {
  name: 'pool-dropped',
  byDefault: true,
  policy,
  fault: 'the L1 node forgets its pool while transactions wait',
  expected: 'the same transactions are sent again, no others',
  async play(stage) {
    const { pool } = stage.fronts
    await pool.setBlobBaseFee(10n * gwei)
    await waiting(stage)
    const lost = (await pool.pooled(stage.roles.batcher.address)).map(({ hash }) => hash)
    const sent = pool.taken.length
    const hits = await pool.drop()
    await pool.reset()
    const again = await stage.wait('what was lost to be sent again', () => {
      const since = new Set(pool.taken.slice(sent).map(({ hash }) => hash))
      return lost.every((hash) => since.has(hash)) ? lost.length : undefined
    })
    return { hits, detail: `${hits} transactions dropped, ${again} of the same sent again`, failures: [] }
  },
}
