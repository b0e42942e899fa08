import type { Bytes20, Bytes32 } from '../ssz/primitives.ts'

/** A key of secp256k1 that signs; it stays wherever it is: in a file, in another process, in a service. */
export interface DigestSigner {
  /** L2 address of the key. */
  readonly address: Bytes20
  /** Signs 32 bytes: r ‖ s ‖ v, 65 bytes, low s, v 27 or 28. */
  sign(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array>
}
