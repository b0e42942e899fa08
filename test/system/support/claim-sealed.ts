import { coreRoot, encodeCore, encodeWitness, type SealedBlock, skeletonOf, witnessRoot } from '@parley/protocol'
import { forever } from './l2.ts'
import type { Rollup } from './rollup.ts'

/** Claims one block that the sequencer sealed, as a batcher that is late would. @returns the number of the claim. */
export async function claimSealed(rollup: Rollup, { block, witness, signature }: SealedBlock): Promise<bigint> {
  const claimer = await rollup.claimer()
  try {
    const head = await claimer.head(forever)
    const place = async (bytes: Uint8Array) => ({
      layer: rollup.da.layer,
      pointer: (await rollup.da.submit(bytes, forever)).pointer,
    })
    const { number } = await claimer.claim(
      {
        number: head.number + 1n,
        parent: head.hash,
        lineage: block.header.lineage,
        coreRoot: coreRoot([block]),
        witnessRoot: witnessRoot([witness]),
        lastHeader: block.header,
        core: await place(encodeCore([skeletonOf(block)])),
        witness: await place(encodeWitness([witness])),
        signature,
      },
      forever,
    )
    return number
  } finally {
    await claimer.close()
  }
}
