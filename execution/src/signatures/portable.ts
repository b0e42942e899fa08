import secp256k1 from 'secp256k1'
import type { NativeVerifier } from './native-verifier.ts'
import { verifyOwnerNatively } from './owner.ts'

function verify(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    // The library demands 0 < s ≤ n/2 itself.
    return secp256k1.ecdsaVerify(signature, digest, key)
  } catch {
    // It throws on scalars out of range, points off the curve and wrong lengths: all mean invalid.
    return false
  }
}

/** npm's `secp256k1`: libsecp256k1 of 2019, prebuilt, found everywhere. */
export function createPortableVerifier(): NativeVerifier {
  const compressed = new Uint8Array(33)
  compressed[0] = 2
  return {
    name: 'npm secp256k1',
    verifyMember(key, digest, signature) {
      if (key.length !== 32) return false
      compressed.set(key, 1)
      return verify(compressed, digest, signature)
    },
    verifyOwner: verifyOwnerNatively,
    expandKey(key, point) {
      if (key.length !== 32) return false
      compressed.set(key, 1)
      try {
        secp256k1.publicKeyConvert(compressed, false, point)
        return true
      } catch {
        // No point of the curve has this x.
        return false
      }
    },
    verifyPoint: verify,
  }
}
