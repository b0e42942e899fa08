import type { Hex, TransactionReceipt } from 'viem'
import type { Fees, Head } from './chain.ts'
import type { Attempt, Sent } from './sent.ts'

/** What a caller asks to be sent: everything about it that is not the sender's to choose. */
export interface SendRequest {
  /**
   * What the transaction stands for. A request whose key is that of one on its way joins it, also after a restart, so that
   * nothing is sent twice by asking twice.
   */
  readonly key: string
}

/** When a signed form was made and offered. */
export interface Offered {
  /** Milliseconds since 1970. */
  readonly signedAt: number
  /** The head when this process offered it first. */
  readonly offeredAt: bigint
}

/** What follows for a sender from what it sends. */
export interface PayloadRules {
  /**
   * Which count of the account's transactions gives a new nonce: with those of the pool, so that others' are gone around, or
   * of the blocks alone, so that they are displaced.
   */
  readonly nonces: 'pending' | 'latest'
  /**
   * What follows when a node refuses one. `cancel`: a fresh one frees its nonce, a later one's nonce is used up, and the
   * caller waits until either has happened. `keep`: it is offered until a node takes it; callers are told of the refusal and
   * of a chain that does not answer, and may ask again.
   */
  readonly refused: 'cancel' | 'keep'
  /**
   * What follows when the nonce was used by a transaction that is not the payload's: its caller gets a fault after that many
   * milliseconds without a receipt, or it is signed anew once the chain's count is as deep as the confirmations.
   */
  readonly taken: { readonly failAfterMs: number } | 'signAnew'
  /** What displaces another's transaction from a pool: a higher offer, or first one of the type that blocks ours. */
  readonly displacedBy: 'raise' | 'blockingType'
  /** When the same bytes are sent again: each time so many milliseconds have passed, or only when the node counts them no more. */
  readonly resent: { readonly everyMs: number } | 'lost'
  /** Transactions of one account that a pool holds. */
  readonly poolPlaces: number
}

/** How the nonce of a transaction that is given up is used up: by what does nothing, of the type that the pool takes. */
export interface Abandoning<C, F extends Fees> {
  /** Whether something signed is of the payload's own type, and not a plain transfer. */
  isOwn(raw: Hex): boolean
  /** Signs what does nothing and is of the payload's own type. */
  signEmpty(nonce: number, fees: F, signal: AbortSignal): Promise<Hex>
  /** What replaces `last` of the same type, or is offered first; or why a limit leaves no room for it. */
  raise(last: F | undefined, head: Head, signal: AbortSignal): Promise<F | Error>
  /** What was paid for what did nothing, in wei. */
  cost(attempt: Attempt<F>, receipt: TransactionReceipt): bigint
  /** What is stored of that. */
  content(): C
}

/**
 * One kind of transaction: how it is signed, what it offers, what replaces it.
 * `C` is what is stored of one beside nonce and signatures, `F` what it offers, `R` what a caller gives.
 */
export interface Payload<C, F extends Fees, R extends SendRequest> {
  readonly rules: PayloadRules
  /** What is stored of a request. */
  draft(request: R, signal: AbortSignal): Promise<C>
  /** Signs for a nonce and fees. */
  sign(content: C, nonce: number, fees: F, signal: AbortSignal): Promise<Hex>
  /** Signs what does nothing but use up the nonce; it is of the type that blocks this payload, where there is one. */
  signNothing(nonce: number, fees: F, signal: AbortSignal): Promise<Hex>
  /** What is sent of what was signed. */
  networkForm(sent: Sent<C, F>, attempt: Attempt<F>): Promise<Hex>
  /** A first offer. @throws when the chain asks for more than is allowed. */
  offer(head: Head, signal: AbortSignal): Promise<F>
  /** What replaces `last` in a pool; undefined when a limit leaves no room for it. */
  raise(last: F, head: Head, signal: AbortSignal): Promise<F | undefined>
  /** Whether no block would take the offer now. */
  isOutbid(fees: F, head: Head, signal: AbortSignal): Promise<boolean>
  /**
   * What callers are told of an offer that no block takes while a limit forbids a higher one; undefined when it is not so. Left
   * out where they wait without a word.
   */
  capped?(fees: F, head: Head, signal: AbortSignal): Promise<Error | undefined>
  /** Whether what was offered then has waited too long. */
  isOverdue(offered: Offered, head: Head): boolean
  /** What was paid, in wei. */
  cost(content: C, attempt: Attempt<F>, receipt: TransactionReceipt): bigint
  /** What the caller gets although the chain has the transaction; undefined when it is what was asked for. */
  failure(
    sent: Sent<C, F>,
    attempt: Attempt<F>,
    receipt: TransactionReceipt,
    signal: AbortSignal,
  ): Promise<Error | undefined>
  /** What is stored of a transaction that only fills a gap of nonces; left out where gaps are waited for. */
  gap?(): C
  /** How the nonce of one that is given up is used up; left out where none is. */
  readonly abandoning?: Abandoning<C, F>
  /** Whether what has been included is gone again, so that the same request means a new transaction. */
  isExpired?(sent: Sent<C, F>): boolean
}
