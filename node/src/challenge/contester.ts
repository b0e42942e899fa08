import type { BatchClaim, Bytes20 } from '@parley/protocol'
import type { ProofKind } from '@parley/protocol/fraud'

/** An account on the L2 that takes wrong claims back. `@parley/settlement` has the one for real chains. */
export interface ClaimContester {
  readonly address: Bytes20
  /**
   * Takes a claim back by its proof.
   * @returns `already` when the claim no longer stands, whoever took it back.
   * @throws {CodedError} when the contract refuses the proof, or the L2 does not answer.
   */
  proveWrong(claim: BatchClaim, kind: ProofKind, proof: Uint8Array, signal: AbortSignal): Promise<'done' | 'already'>
  /** Wei that the account can spend. */
  funds(signal: AbortSignal): Promise<bigint>
}
