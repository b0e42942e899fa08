import type { Bytes20, Bytes32 } from '@parley/protocol'

/** Where the rollup's contracts of one deployment stand. Everything else about it is read from the contracts themselves. */
export interface Deployment {
  /** Preset it was made of; for people. */
  readonly preset: string
  /** Chain id of the L2. */
  readonly chainId: bigint
  readonly rollup: Bytes20
  readonly inbox: Bytes20
  /** L2 block of the deployment: no event is older. */
  readonly block: bigint
  /** Transaction that made it. */
  readonly transaction: Bytes32
}
