import { createNativeSigner } from '@parley/execution'
import { type Bytes32, type MemberKey, memberKey, type Signature, signDigest } from '@parley/protocol'

/** Makes and uses member keys. */
export interface LoadSigner {
  readonly name: string
  /** @param secret - 32 bytes that are a scalar of the curve. */
  key(secret: Uint8Array): MemberKey
  /** r ‖ s with low s. */
  sign(secret: Uint8Array, digest: Bytes32): Signature
}

/** By the native library. */
export function nativeSigner(): LoadSigner {
  const { memberKey: key, sign } = createNativeSigner()
  return { name: 'secp256k1', key, sign }
}

/** In plain JavaScript. */
export const portableSigner: LoadSigner = { name: 'noble', key: memberKey, sign: signDigest }
