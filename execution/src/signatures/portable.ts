import secp256k1 from 'secp256k1'
import type { NativeVerifier } from './native-verifier.ts'
import { verifyOwnerNatively } from './owner.ts'
import { portableVerify } from './portable-addon.ts'

/** npm's `secp256k1`: libsecp256k1 of 2019, prebuilt, found everywhere. */
export function createPortableVerifier(): NativeVerifier {
  const verify = portableVerify()
  const compressed = new Uint8Array(33)
  compressed[0] = 2
  return {
    name: 'npm secp256k1',
    verifyMember(key, digest, signature) {
      if (key.length !== 32) return false
      compressed.set(key, 1)
      return verify(signature, digest, compressed)
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
    verifyPoint: (point, digest, signature) => verify(signature, digest, point),
  }
}
