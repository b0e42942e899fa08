import type { TransactionReceipt } from 'viem'
import type { Fees } from './chain.ts'
import type { Inclusion, Sent } from './sent.ts'

/** What a caller waits for. */
export interface Confirmed<C, F extends Fees> {
  readonly sent: Sent<C, F>
  readonly inclusion: Inclusion
  /** Undefined for one that was confirmed before this process began. */
  readonly receipt: TransactionReceipt | undefined
}

/** A transaction under way, what this process knows of it, and who waits for it. */
export interface Tracked<C, F extends Fees> {
  sent: Sent<C, F>
  settled: PromiseWithResolvers<Confirmed<C, F>>
  /** Gives up its place among those on their way. */
  readonly leave: () => void
  /** Milliseconds of the clock's elapsed time at which the node took the last attempt. */
  broadcastAt: number
  /** The head when this process offered the last attempt first. */
  offeredAt: bigint | undefined
  /** Since when the nonce is used and no receipt of ours is found. */
  takenSince: number | undefined
  /** What is done about another's transaction in the pool: looks in a row that found one, and whether ours tried to displace it. */
  foreign: { readonly looks: number; readonly displacing: boolean } | undefined
  /** The log says once, not at every look, that a limit forbids a higher offer. */
  capReported: boolean
}

export function track<C, F extends Fees>(sent: Sent<C, F>, leave: () => void = () => undefined): Tracked<C, F> {
  return {
    sent,
    settled: waiters(),
    leave,
    broadcastAt: Number.NEGATIVE_INFINITY,
    offeredAt: undefined,
    takenSince: undefined,
    foreign: undefined,
    capReported: false,
  }
}

/** Tells all who wait now; who asks from now on waits for what comes next. */
export function tell<C, F extends Fees>(one: Tracked<C, F>, error: unknown): void {
  one.settled.reject(error)
  one.settled = waiters()
}

function waiters<C, F extends Fees>(): PromiseWithResolvers<Confirmed<C, F>> {
  const settled = Promise.withResolvers<Confirmed<C, F>>()
  // Nobody may be waiting, as after a restart; a rejection without listener would end the process.
  settled.promise.catch(() => undefined)
  return settled
}
