import type { Bytes32, Millis, Signature } from '@parley/protocol/light'
import { contentLimits } from './limits.ts'

/** What a content is kept for; it decides how long. The bytes of `application` and `handshake` contents do not show it to a store. */
export const contentClasses = ['application', 'handshake', 'invite', 'attachment'] as const
export type ContentClass = (typeof contentClasses)[number]

/** What goes with a content to a store. */
export interface PutOptions {
  readonly class: ContentClass
  /**
   * SHA-256(ackKey ‖ digest) of each expected reader, at most {@link maxAcks}, in no telling order. Once all have acknowledged,
   * the store may delete the content; without any it stays until it expires.
   */
  readonly acks: readonly Bytes32[]
}

/** Readers of one content who may acknowledge it; larger groups send none. */
export const maxAcks = contentLimits.acks

/** What a store promises. */
export interface Kept {
  /** Milliseconds since 1970. */
  readonly retainUntil: Millis
}

/**
 * A place for contents, named by their SHA-256. One store, or several behind one face. Nothing it returns is trusted: whoever
 * reads hashes it. Calls reject with the signal's reason once it aborts, and with a coded fault when the store cannot be used.
 */
export interface Contents {
  /**
   * Stores a content of 1 to `contentLimits.bytes` bytes. The same content again is kept for the longer of the times, and for
   * the readers of both.
   */
  put(content: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<Kept>
  /** The content of a digest; undefined when the store says that it does not have it. */
  get(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined>
  /** Whether the store says that it has it, without fetching. */
  has(digest: Bytes32, signal: AbortSignal): Promise<boolean>
  /**
   * Acknowledges a content for one reader.
   * @param ackKey - Ed25519 key of the reader in this conversation.
   * @param signature - Ed25519 over {@link ackedBytes}.
   */
  ack(digest: Bytes32, ackKey: Bytes32, signature: Signature, signal: AbortSignal): Promise<void>
}
