import type { BatchClaim, Bytes20, Bytes32, DataPlace } from '@parley/protocol'
import type { ProofKind } from '@parley/protocol/fraud'

/**
 * What became of it; `already` when somebody else did it, or the claim no longer stands. Every function throws a
 * {@link CodedError} when the contract refuses, or the L2 does not answer.
 */
export type ContestOutcome = 'done' | 'already'

/** An account on the L2 that takes wrong claims back. `@parley/settlement` has the one for real chains. */
export interface ClaimContester {
  readonly address: Bytes20
  /** Takes a claim back by its proof. */
  proveWrong(claim: BatchClaim, kind: ProofKind, proof: Uint8Array, signal: AbortSignal): Promise<ContestOutcome>
  /** Asks for pieces of a claim's data, each with a deposit; `already` when all of them were asked for before, `late` when the time to ask is over. */
  askFor(claim: BatchClaim, places: readonly DataPlace[], signal: AbortSignal): Promise<ContestOutcome | 'late'>
  /** Seconds by which answers about the claims of `claimer` lengthened the time for the others, to be added to deadlines. */
  answeringTime(claimer: Bytes20, signal: AbortSignal): Promise<bigint>
  /** Takes a claim back, since `place` was not answered in time. */
  dropUnanswered(claim: BatchClaim, place: DataPlace, signal: AbortSignal): Promise<ContestOutcome>
  /** Has the deposit of an open question credited to who asked, once the claim no longer stands. */
  refund(
    claim: { readonly number: bigint; readonly hash: Bytes32 },
    place: DataPlace,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: ContestOutcome }>
  /** Wei that the contract asks for as the deposit of a place now. */
  deposit(signal: AbortSignal): Promise<bigint>
  /** Wei that the account can spend. */
  funds(signal: AbortSignal): Promise<bigint>
  /** Wei that the L2 owes the account: deposits that came back, and rewards. */
  credit(signal: AbortSignal): Promise<bigint>
  /** Has that paid to `recipient`. @returns what it was. */
  withdrawCredit(recipient: Bytes20, signal: AbortSignal): Promise<bigint>
}
