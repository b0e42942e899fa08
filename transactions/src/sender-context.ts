import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Address } from 'viem'
import type { Attempts } from './attempts.ts'
import type { Fees, SendingChain } from './chain.ts'
import type { Payload, SendRequest } from './payload.ts'
import type { SenderEvents } from './sender-events.ts'
import type { SentStore } from './sent-store.ts'

export interface SenderDeps<C, F extends Fees, R extends SendRequest> {
  readonly chain: SendingChain
  readonly address: Address
  readonly payload: Payload<C, F, R>
  readonly store: SentStore<C, F, R>
  readonly clock: Clock
  readonly log: Logger
  readonly events: SenderEvents
  /** Must have succeeded before anything is signed or looked for; asked each time. */
  readonly ready?: (signal: AbortSignal) => Promise<unknown>
}

/** How a sender waits, whatever it sends. */
export interface SendingOptions {
  /**
   * Blocks, that of the inclusion counted, after which a receipt is taken for good, at least 1; or once the chain calls its block
   * final, which is after `watchBlocks` where it does not say.
   */
  readonly confirmations: number | 'finalized'
  /** Blocks after that of the inclusion for which a confirmed transaction is watched, and sent again after a reorg. */
  readonly watchBlocks: number
  /** Milliseconds between looks at what is on its way. */
  readonly pollMs: number
  /** Transactions on their way at once; the others wait for their nonce. */
  readonly maxPending: number
  /** Callers that may wait for their turn. */
  readonly maxWaiting: number
}

/** What the parts of a sender share. */
export interface SenderContext<C, F extends Fees, R extends SendRequest> extends SenderDeps<C, F, R> {
  readonly attempts: Attempts<C, F>
  readonly options: SendingOptions
}
