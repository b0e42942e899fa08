import { addressOf, sameBytes } from '@parley/protocol'
import secp256k1 from 'secp256k1'
import { hasLowS } from './scalars.ts'

function recoveredAddress(digest: Uint8Array, signature: Uint8Array, parity: number): Uint8Array | undefined {
  try {
    return addressOf(secp256k1.ecdsaRecover(signature, parity, digest, false))
  } catch {
    // The library throws on scalars out of range and where no point has this x with this parity: both mean invalid.
    return undefined
  }
}

/** Whether either parity recovers `owner`; never for the zero address. */
export function verifyOwnerNatively(owner: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  if (owner.length !== 20 || signature.length !== 64 || digest.length !== 32) return false
  if (owner.every((byte) => byte === 0) || !hasLowS(signature)) return false
  return [0, 1].some((parity) => {
    const address = recoveredAddress(digest, signature, parity)
    return address !== undefined && sameBytes(address, owner)
  })
}
