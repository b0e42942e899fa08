import type { BatchClaim, Bytes20, RescueRequest, Silence } from '@parley/protocol'

/** `already`: another did it, or another claim stands in the place. */
export type RescueOutcome = 'done' | 'already'

/** An account on the L2 that ends a silence. `@parley/settlement` has the one for real chains. */
export interface ClaimRescuer {
  readonly address: Bytes20
  readonly terms: {
    /** Seconds that the oldest item must have waited before a silence may be declared. */
    readonly silenceLimit: number
  }
  silence(signal: AbortSignal): Promise<Silence>
  /** Items of the inbox that no claim has consumed. */
  waiting(signal: AbortSignal): Promise<bigint>
  /** The claim at the head of the L2's latest block. */
  head(signal: AbortSignal): Promise<BatchClaim>
  /** @throws {CodedError} when the contract refuses it, or the L2 does not answer; so do the following. */
  declareSilent(signal: AbortSignal): Promise<{ readonly outcome: RescueOutcome }>
  /** Brings the account's bond to what a rescue needs. */
  ensureBond(signal: AbortSignal): Promise<unknown>
  rescue(request: RescueRequest, signal: AbortSignal): Promise<{ readonly outcome: RescueOutcome }>
}
