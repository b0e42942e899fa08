import type { NetworkChain } from '../chain.ts'
import type { SignedChain } from './signed-chain.ts'

/** What the L2 says of a drawn chain. */
export function chainOf(chain: SignedChain): NetworkChain & { inForce: Uint8Array | undefined } {
  return {
    chainId: chain.chainId,
    rollup: chain.rollup,
    inbox: chain.inbox,
    genesis: chain.genesis,
    inForce: chain.lineage,
    lineage() {
      return this.inForce
    },
    claimed: () => 0n,
    final: () => 0n,
    keys: async () => chain.keys,
  }
}
