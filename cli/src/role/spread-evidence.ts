import type { ParleyNode } from '@parley/node'
import { CodedError } from '@parley/protocol'
import { pause } from '@parley/runtime'
import type { Context } from '../process/context.ts'
import type { Gossip } from './network.ts'

/** Milliseconds between looks at what the node has found. */
const lookEveryMs = 2_000

/** Tells peers of equivocations that a node has found by itself, until the network is left. */
export async function spreadEvidence(
  { clock, log }: Pick<Context, 'clock' | 'log'>,
  { network, signal }: Gossip,
  watch: ParleyNode['watch'],
): Promise<void> {
  while (!signal.aborted) {
    try {
      // What peers know already is not told again.
      for (const { evidence } of await watch.evidence())
        if (evidence.kind === 'equivocation') await network.tell({ a: evidence.a, b: evidence.b })
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CodedError)) throw error
      log.debug({ fault: error.toJSON() }, 'evidence could not be read or told')
    }
    await pause(clock, lookEveryMs, signal)
  }
}
