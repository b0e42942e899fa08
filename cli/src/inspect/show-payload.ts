import { Registry } from 'prom-client'
import { tell } from '../action/tell.ts'
import { fetchPart } from '../observe/fetch-part.ts'
import type { Context } from '../process/context.ts'
import { Closing } from '../role/closing.ts'
import { openLayers } from '../role/layers.ts'
import { claimNumbered, layersOf, readClaims } from './claims.ts'
import { summarize } from './payload.ts'

/** Fetches and decodes the batch of a claim, and prints what it holds. */
export async function showPayload(context: Context, number: string): Promise<number> {
  const { signal } = context
  const { claim } = claimNumbered(await readClaims(context), number)
  const closing = new Closing()
  try {
    const layers = await openLayers({ ...context, registry: new Registry() }, closing)
    const [core, witness] = await Promise.all(
      [claim.core, claim.witness].map((part) => fetchPart(part, layers, signal)),
    )
    const shown = {
      claim: claim.number,
      layers: layersOf(claim),
      ...summarize(core as Uint8Array, witness),
    }
    return tell(context, shown)
  } finally {
    await closing.close()
  }
}
