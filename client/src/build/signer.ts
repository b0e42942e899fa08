import { type Bytes20, type Bytes32, ownerAddress, type Signature, signDigest } from '@parley/protocol/light'

/** Signs digests for an L2 address: a local key here, a wallet or a key service elsewhere. */
export interface OwnerSigner {
  readonly address: Bytes20
  /** @returns 64 bytes, r ‖ s, low s. */
  sign(digest: Bytes32): Signature | Promise<Signature>
}

/** Signer of an L2 key held in memory. */
export function localOwner(secret: Uint8Array): OwnerSigner {
  return { address: ownerAddress(secret), sign: (digest) => signDigest(secret, digest) }
}
