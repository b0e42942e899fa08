/** What happens to transactions on their way. */
export type SenderEvent = 'sent' | 'replaced' | 'rejected' | 'confirmed' | 'reorged' | 'nonce_taken' | 'cancelled'

/** How a transaction ended. */
export type SenderOutcome = 'included' | 'failed' | 'cancelled' | 'taken'

/** Who counts how sending goes. */
export interface SenderEvents {
  count(event: SenderEvent): void
  /** Transactions without the confirmations asked for. */
  pending(transactions: number): void
  /** @param tookMs - From the first signature to the last confirmation; undefined for one that was never confirmed. */
  ended?(outcome: SenderOutcome, tookMs: number | undefined): void
}
