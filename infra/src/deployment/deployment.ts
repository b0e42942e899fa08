import type { Bytes20, Bytes32 } from '@parley/protocol'

/** The contracts that check proofs and answers, under their names in the rollup's settings. */
export const verifierNames = ['messages', 'operation', 'signature', 'stateRoot', 'malformed', 'pages'] as const
export type Verifiers = Readonly<Record<(typeof verifierNames)[number], Bytes20>>

/** Where the rollup's contracts of one deployment stand. Everything else about it is read from the contracts themselves. */
export interface Deployment {
  /** Preset it was made of; for people. */
  readonly preset: string
  /** Chain id of the L2. */
  readonly chainId: bigint
  readonly rollup: Bytes20
  readonly inbox: Bytes20
  /** The rollup's other half; callers use the rollup's address. */
  readonly contests: Bytes20
  /** Of the first version of the rules. */
  readonly verifiers: Verifiers
  /** L2 block of the deployment: no event is older. */
  readonly block: bigint
  /** Transaction that made it. */
  readonly transaction: Bytes32
}
