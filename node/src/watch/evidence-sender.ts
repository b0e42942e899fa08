import type { BatchClaim, Bytes20, SignedHeader } from '@parley/protocol'

/** What became of evidence: `unbonded` may be shown once the bond behind the key is filled again. */
export type EvidenceOutcome = 'done' | 'already' | 'unbonded'

/** An account on the L2 that shows second headers there. `@parley/settlement` has the one for real chains. */
export interface EvidenceSender {
  readonly address: Bytes20
  /**
   * Shows two headers that a key signed for one place.
   * @returns `already` when it was shown before; `unbonded`, and nothing is sent, while the bond is not full.
   * @throws {CodedError} when the contract refuses, or the L2 does not answer.
   */
  proveEquivocation(a: SignedHeader, b: SignedHeader, signal: AbortSignal): Promise<EvidenceOutcome>
  /** As above, with a header and the other one that a final claim has at its number, opened by `openHeader`. */
  proveContradiction(
    signed: SignedHeader,
    finalClaim: BatchClaim,
    opening: Uint8Array,
    signal: AbortSignal,
  ): Promise<EvidenceOutcome>
}
