import type { Address } from 'viem'

/** What every action at a rollup takes. */
export interface RollupParameters {
  readonly rollup: Address
}
