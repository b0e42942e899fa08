import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes20, Bytes32, Signature } from '../ssz/primitives.ts'

/**
 * Answers whether signatures hold. Anything malformed is invalid, never an exception: one bad message must not stop a lane.
 * Both methods demand 0 < r < n and 0 < s ≤ n/2.
 */
export interface SignatureVerifier {
  /** Name for logs and benchmarks. */
  readonly name: string
  /** @param key - x of the point whose even y is meant; an x off the curve verifies nothing. */
  verifyMember(key: Bytes32, digest: Bytes32, signature: Signature): boolean
  /** True if either parity recovers `owner`; never for the zero address. */
  verifyOwner(owner: Bytes20, digest: Bytes32, signature: Signature): boolean
}

/** Address of an uncompressed public key of 65 bytes. */
export function addressOf(publicKey: Uint8Array): Bytes20 {
  return keccak_256(publicKey.subarray(1)).subarray(12)
}

/** Reference verifier in plain JavaScript: about a millisecond a signature, so for clients and tests. */
export const portableVerifier: SignatureVerifier = {
  name: 'noble',
  verifyMember(key, digest, signature) {
    // The library cuts a longer digest to 32 bytes, so that one signature would hold for many.
    if (key.length !== 32 || digest.length !== 32 || signature.length !== 64) return false
    const compressed = new Uint8Array(33)
    compressed[0] = 2
    compressed.set(key, 1)
    try {
      return secp256k1.verify(signature, digest, compressed, { prehash: false, lowS: true })
    } catch {
      // The library throws on points off the curve and on out-of-range scalars: both mean invalid.
      return false
    }
  },
  verifyOwner: (owner, digest, signature) => recoverableSignature(owner, digest, signature) !== undefined,
}

/**
 * The signature of an owner as contracts take it, r ‖ s ‖ v with v 27 or 28: v follows from the rest, and nothing off the chain
 * looks at it. Undefined where {@link SignatureVerifier.verifyOwner} would say no.
 * @param signature - r ‖ s.
 */
export function recoverableSignature(owner: Bytes20, digest: Bytes32, signature: Signature): Uint8Array | undefined {
  if (owner.length !== 20 || digest.length !== 32 || signature.length !== 64) return undefined
  if (owner.every((byte) => byte === 0)) return undefined
  try {
    const parsed = secp256k1.Signature.fromBytes(signature, 'compact')
    if (parsed.hasHighS()) return undefined
    const parity = [0, 1].find((bit) => {
      try {
        return sameBytes(addressOf(parsed.addRecoveryBit(bit).recoverPublicKey(digest).toBytes(false)), owner)
      } catch {
        // No point has this x with this parity.
        return false
      }
    })
    return parity === undefined ? undefined : Uint8Array.of(...signature, 27 + parity)
  } catch {
    return undefined
  }
}
