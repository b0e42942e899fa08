import type { SealedBlock } from '@parley/protocol'
import { batchOf, claimOf } from './claim-blocks.ts'
import { forever } from './l2.ts'
import type { Rollup } from './rollup.ts'

/** Claims one block that the sequencer sealed, as a batcher that is late would. @returns the number of the claim. */
export async function claimSealed(rollup: Rollup, sealed: SealedBlock): Promise<bigint> {
  const claimer = await rollup.claimer()
  try {
    return (await claimer.claim(await claimOf(rollup, claimer, batchOf([sealed])), forever)).number
  } finally {
    await claimer.close()
  }
}
