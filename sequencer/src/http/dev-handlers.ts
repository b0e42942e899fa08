import type { devRoutes } from '@parley/api'
import type { Handlers } from '@parley/api/server'
import type { SealedChain } from '../chain/sealed-chain.ts'

export interface DevDeps {
  readonly chain: SealedChain
  /** Seals what is open. */
  readonly sealNow: () => Promise<void>
}

const headOf = ({ tip: { header, shardRoots } }: SealedChain) => ({
  block: header.number,
  stateRoot: header.stateRoot,
  shardRoots,
})

/** Answers of the virtual clock's routes. */
export function devHandlers({ chain, sealNow }: DevDeps): Handlers<typeof devRoutes> {
  return {
    async seal() {
      await sealNow()
      return headOf(chain)
    },
    shardRoots: async () => headOf(chain),
  }
}
