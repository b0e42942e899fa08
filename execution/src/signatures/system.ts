import type { NativeVerifier } from './native-verifier.ts'
import { verifyOwnerNatively } from './owner.ts'
import type { SystemLibrary } from './system-library.ts'

const keyBytes = 32
const digestBytes = 32
const signatureBytes = 64
const compressedBytes = 33
const pointBytes = 65

/** The system's libsecp256k1: some 1.4 times as fast as npm's. Lengths are checked here, for the library reads what it expects. */
export function createSystemVerifier(library: SystemLibrary): NativeVerifier {
  const compressed = new Uint8Array(compressedBytes)
  compressed[0] = 2
  const parsedKey = new Uint8Array(64)
  const parsedSignature = new Uint8Array(64)

  function verify(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
    if (digest.length !== digestBytes || signature.length !== signatureBytes) return false
    if (library.parseSignature(parsedSignature, signature) !== 1) return false
    if (library.parseKey(parsedKey, key, key.length) !== 1) return false
    return library.verify(parsedSignature, digest, parsedKey) === 1
  }

  return {
    name: `system ${library.file}`,
    verifyMember(key, digest, signature) {
      if (key.length !== keyBytes) return false
      compressed.set(key, 1)
      return verify(compressed, digest, signature)
    },
    verifyOwner: verifyOwnerNatively,
    expandKey(key, point) {
      if (key.length !== keyBytes || point.length !== pointBytes) return false
      compressed.set(key, 1)
      if (library.parseKey(parsedKey, compressed, compressedBytes) !== 1) return false
      return library.serializeKey(point, parsedKey) === 1
    },
    verifyPoint(point, digest, signature) {
      return point.length === pointBytes && verify(point, digest, signature)
    },
  }
}
