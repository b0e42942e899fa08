import type { Bytes20, Bytes32, Millis } from '@parley/protocol/light'

/** Keys of an identity's devices, as seen at one moment. The directory does not say which two are of one device. */
export interface DirectoryAnswer {
  /** Ed25519, of devices that are live; leaves' signature keys. `did/pub/Ed25519/veriKey/hex`. */
  readonly installations: readonly Bytes32[]
  /** X25519; they open what is sealed to the identity. `did/pub/X25519/enc/hex`. */
  readonly fallbacks: readonly Bytes32[]
  /** When the L2 was asked, in milliseconds since 1970. */
  readonly seenAt: Millis
}

/** The directory of contacts on the L2. It decides who may be sent to, never what the state of a conversation is. */
export interface Directory {
  /**
   * Keys in force for an identity; none for one that is unknown.
   * @param notBefore - The L2 must have been asked then or later; within the last ten minutes when left out.
   */
  installations(identity: Bytes20, signal: AbortSignal, notBefore?: Millis): Promise<DirectoryAnswer>
}
