import type { SignatureVerifier } from '@parley/protocol'
import type { Evm } from '../evm.ts'
import type { Lanes } from './lanes.ts'

/** Who executes a step, beside the reference and the writer of proofs. */
export interface Parties {
  readonly evm: Evm
  readonly lanes: Lanes
  /** Checks the signatures that the reference is given. */
  readonly verifier: SignatureVerifier
}
