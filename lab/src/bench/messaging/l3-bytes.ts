import { Closing, fetchPart, openLayers, type StandingClaim } from '@parley/cli/roles'
import { type BlockSkeleton, BodyKind, decodeCore } from '@parley/protocol'
import { Registry } from 'prom-client'
import type { Context } from '../../context.ts'
import type { Stack } from '../../stack/stack.ts'
import { stackConfig } from '../../stack/stack-config.ts'

/** Bytes of claimed batches as the DA layer has them, for each message in them. */
export interface L3Bytes {
  readonly messages: number
  readonly core: number
  readonly witness: number
  /** Both, for one message. */
  readonly perMessage: number
}

/** Of batches that lie between two blocks, so that nothing but the load is in them. */
export async function measureL3(
  context: Context,
  { places }: Stack,
  claims: readonly StandingClaim[],
  { first, last }: { readonly first: bigint; readonly last: bigint },
  signal: AbortSignal,
): Promise<L3Bytes> {
  const closing = new Closing()
  try {
    const { clock, log } = context
    const config = stackConfig(context.config, places)
    const layers = await openLayers({ config, clock, log, registry: new Registry() }, closing)
    let [messages, core, witness] = [0, 0, 0]
    for (const { claim } of claims) {
      const end = claim.lastHeader.number
      if (end < first || end > last) continue
      const coreBytes = await fetchPart(claim.core, layers, signal)
      const blocks = decodeCore(coreBytes)
      if (end - BigInt(blocks.length) + 1n < first) continue
      messages += blocks.reduce((sum, block) => sum + messagesIn(block), 0)
      core += coreBytes.length
      witness += (await fetchPart(claim.witness, layers, signal)).length
    }
    if (messages === 0) throw new RangeError('no batch has messages of the load alone')
    return { messages, core, witness, perMessage: (core + witness) / messages }
  } finally {
    await closing.close()
  }
}

function messagesIn({ runs }: BlockSkeleton): number {
  let count = 0
  for (const { segments } of runs)
    for (const { body } of segments) if (body.selector === BodyKind.messages) count += body.value.length
  return count
}
