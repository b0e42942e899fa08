/** How one class went. */
export interface Outcome {
  readonly class: string
  /** What ended it: the verifier, a refusal's error, or nothing. */
  readonly detectedBy: string
  /** Of the challenger. */
  readonly transactions: number
  readonly gas: number
  /** Removed, slashed or refused, as the class says. */
  readonly removed: boolean
  /** From the claim to its removal by the L2's clock; null where nothing was claimed. */
  readonly secondsToRemoval: number | null
  /** No bond but the liar's is less than before. */
  readonly honestBondKept: boolean
  /** What is not as it should be; left out when all is. */
  readonly failed?: string
}
