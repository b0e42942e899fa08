import type { Bytes20, Bytes32, Millis } from '@parley/protocol/light'

/** One device of an identity, as the directory on the L2 names it. */
export interface Installation {
  /** Ed25519; the leaf's signature key. `did/pub/Ed25519/veriKey/hex`. */
  readonly key: Bytes32
  /** X25519; opens what is sealed to the device. `did/pub/X25519/enc/hex`. */
  readonly fallback: Bytes32
}

/** The installations of an identity as seen at one moment. */
export interface DirectoryAnswer {
  readonly installations: readonly Installation[]
  /** When the L2 was asked, in milliseconds since 1970. */
  readonly seenAt: Millis
}

/** The directory of contacts on the L2. It decides who may be sent to, never what the state of a conversation is. */
export interface Directory {
  /** Live installations of an identity; none for one that is unknown. */
  installations(identity: Bytes20, signal: AbortSignal): Promise<DirectoryAnswer>
}
