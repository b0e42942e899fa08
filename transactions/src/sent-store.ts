import type { Fees } from './chain.ts'
import type { SendRequest } from './payload.ts'
import type { Sent } from './sent.ts'

/** Remembers transactions across crashes: what is sent was here first. Writes resolve once they would survive a crash. */
export interface SentStore<C, F extends Fees, R extends SendRequest> {
  /** Transactions that still need care, in order of nonces. */
  unsettled(): Promise<Sent<C, F>[]>
  /** Stores a new one with what its payload needs of the request, all or nothing. */
  add(sent: Sent<C, F>, request: R | undefined): Promise<void>
  /** Stores what changed. A store of a payload that is signed anew must not take the nonce for its name. */
  update(sent: Sent<C, F>): Promise<void>
  /**
   * Forgets one that was given up, in favour of what used its nonce up, where that is ours; all or nothing. Left out where none
   * is given up.
   */
  replace?(sent: Sent<C, F>, by: Sent<C, F> | undefined): Promise<void>
  /** It needs no more care. */
  settle(sent: Sent<C, F>): Promise<void>
  /** One above the highest nonce ever stored; left out where refused ones give theirs back. */
  nextNonce?(): Promise<number>
  /** The settled one that was included last; left out where settled ones are forgotten. */
  lastSettled?(): Promise<Sent<C, F> | undefined>
  /** Forgets nonces from this one on: a reorg took what used them back. Beside `lastSettled`. */
  rewind?(nonce: number): Promise<void>
  /** What is known of a key, settled or not; left out where settled ones are forgotten. */
  load?(key: string): Promise<Sent<C, F> | undefined>
}
