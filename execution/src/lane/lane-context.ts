import type { ChainConfig, Prices } from '@parley/protocol'
import { type BlockContext, blockContext } from '@parley/protocol/reference'
import type { NativeVerifier } from '../signatures/native-verifier.ts'
import { RememberingVerifier } from './remembering-verifier.ts'

/** What operations take from the block around them, for the reference transition and for the packed state. */
export interface LaneContext extends BlockContext {
  readonly verifier: RememberingVerifier
}

export function laneContext(
  config: ChainConfig,
  verifier: NativeVerifier,
  terms: { readonly timestamp: bigint; readonly prices: Prices },
): LaneContext {
  const remembering = new RememberingVerifier(verifier)
  return { ...blockContext(config, remembering, terms.timestamp, terms.prices), verifier: remembering }
}
