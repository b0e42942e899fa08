import type { Hash, Hex } from 'viem'
import type { Fees } from './chain.ts'

/** One signed form of a transaction; all attempts of one nonce exclude each other. */
export type Attempt<F extends Fees = Fees> = F & {
  readonly hash: Hash
  /** What was signed, without what only the network form has. */
  readonly raw: Hex
  /** Milliseconds since 1970. */
  readonly signedAt: number
  /** Whether it does nothing but use up the nonce, so that those behind it are not stuck. */
  readonly cancels: boolean
}

/** Where a transaction stands on the chain, once it has the confirmations asked for. */
export interface Inclusion {
  readonly hash: Hash
  readonly blockNumber: bigint
  readonly blockHash: Hash
  /** Seconds since 1970. */
  readonly timestamp: bigint
  /** What was paid, without what an L2 takes for its L1. */
  readonly costWei: bigint
}

/** A transaction that may be on its way, stored before its first broadcast. `C` is what its payload keeps of it. */
export type Sent<C, F extends Fees = Fees> = C & {
  readonly key: string
  readonly nonce: number
  /** Oldest first, at least one until it is settled. */
  readonly attempts: readonly Attempt<F>[]
  /** Whether it was given up: its nonce is to be used up by what does nothing. */
  readonly abandoned?: boolean | undefined
  /** Missing while the chain does not have it for good. */
  readonly inclusion?: Inclusion | undefined
}

export function lastAttempt<F extends Fees>({ attempts }: { readonly attempts: readonly Attempt<F>[] }): Attempt<F> {
  return attempts.at(-1) as Attempt<F>
}
