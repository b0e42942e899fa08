import type { Bytes32, Millis, Signature } from '@parley/protocol/light'

/** What a frame is kept for; it decides how long. The bytes of `application` and `handshake` frames do not show it to a store. */
export type ContentClass = 'application' | 'handshake' | 'invite' | 'attachment'

/** What goes with a frame to a store. */
export interface PutOptions {
  readonly class: ContentClass
  /**
   * SHA-256(ackKey ‖ digest) of each expected reader, at most {@link maxAcks}, in no telling order. Once all have acknowledged,
   * the store may delete the frame; without any it stays until it expires.
   */
  readonly acks: readonly Bytes32[]
}

/** Readers of one frame who may acknowledge it; larger groups send none. */
export const maxAcks = 64

/** What a store promises. */
export interface Kept {
  /** Milliseconds since 1970. */
  readonly retainUntil: Millis
}

/**
 * A place for frames, named by their SHA-256. One store, or several behind one face. Nothing it returns is trusted: whoever reads
 * hashes it. Calls reject with the signal's reason once it aborts, and with a coded fault when the store cannot be used.
 */
export interface Contents {
  /** Stores a frame of at most `maxFrameBytes`; the same frame again changes nothing. */
  put(frame: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<Kept>
  /** The frame of a digest; undefined when the store says that it does not have it. */
  get(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined>
  /** Whether the store says that it has it, without fetching. */
  has(digest: Bytes32, signal: AbortSignal): Promise<boolean>
  /**
   * Acknowledges a frame for one reader.
   * @param ackKey - Ed25519 key of the reader in this conversation.
   * @param signature - Ed25519 over the ASCII tag `parley/ack/1` padded to 16 bytes ‖ digest.
   */
  ack(digest: Bytes32, ackKey: Bytes32, signature: Signature, signal: AbortSignal): Promise<void>
}
