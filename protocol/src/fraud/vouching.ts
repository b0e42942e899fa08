import { consentDigest } from '../signing/digests.ts'
import type { SignatureVerifier } from '../signing/verifier.ts'
import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes20, Bytes32, Signature } from '../ssz/primitives.ts'
import { keyHint } from './key-hint.ts'
import type { PackedWriter } from './packed.ts'

/** Who vouches for an operation, as far as its execution looks at that. */
export interface Vouching {
  byOwner(owner: Bytes20, digest: Bytes32): boolean
  /** Whether the key signed, by the signature at `index`. */
  byKey(key: Bytes32, digest: Bytes32, index: number): boolean
  /** Whether the key that enters `slot` at its nonce consents, by the signature at `index`. */
  byEntering(id: Bytes32, slot: number, nonce: bigint, key: Bytes32, index: number): boolean
}

/** Signatures of a segment are a proof of their own: here everybody is believed. */
export const unquestioned: Vouching = { byOwner: () => true, byKey: () => true, byEntering: () => true }

/** What came through the L2 brings its signatures: each is checked, and the hint of its key written. */
export function forcedVouching(
  proof: PackedWriter,
  chainId: bigint,
  verifier: SignatureVerifier,
  signatures: readonly Signature[],
  sender?: Bytes20,
): Vouching {
  const byKey = (key: Bytes32, digest: Bytes32, index: number): boolean => {
    proof.bytes(keyHint(key))
    return verifier.verifyMember(key, digest, signatures[index] ?? new Uint8Array())
  }
  return {
    byOwner: (owner, digest) =>
      (sender !== undefined && sameBytes(sender, owner)) ||
      verifier.verifyOwner(owner, digest, signatures[0] ?? new Uint8Array()),
    byKey,
    byEntering: (id, slot, nonce, key, index) => byKey(key, consentDigest(chainId, id, slot, nonce, key), index),
  }
}
