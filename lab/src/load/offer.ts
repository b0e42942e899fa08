import type { SignedMessage, SignedOperation } from '@parley/protocol'
import type { Talk } from './talk.ts'

/**
 * Something to be sent to the sequencer. Offers of one shard are sent in order, and each is built once, when everything
 * before it that it hangs on has been answered: nonces, epochs and indices are known only then.
 */
export type Offer = OperationOffer | MessageOffer

export interface OperationOffer {
  readonly kind: 'operation'
  /** Whether it creates its conversation. */
  readonly creates: boolean
  readonly talk: Talk
  build(): SignedOperation
  /** To be called once it is accepted. @param index - Of the conversation, when the operation created it. */
  accepted(index: number): void
}

export interface MessageOffer {
  readonly kind: 'message'
  readonly talk: Talk
  build(): SignedMessage
  /** To be called when it is refused: the speaker's next message has its nonce. */
  refused(sent: SignedMessage): void
}
