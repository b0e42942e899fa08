import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { Bytes20, Bytes32, Signature } from '../ssz/primitives.ts'
import { addressOf } from './verifier.ts'

/** A key of one member in one conversation. `secret` is normalised so that the public point has an even y. */
export interface MemberKey {
  readonly secret: Uint8Array
  /** x of the public point. */
  readonly key: Bytes32
}

/**
 * Makes a member's key of 32 secret bytes.
 * @throws {RangeError} when the bytes are not a scalar of the curve; draw again.
 */
export function memberKey(secret: Uint8Array): MemberKey {
  if (!secp256k1.utils.isValidSecretKey(secret)) throw new RangeError('secret is not a scalar of secp256k1')
  const point = secp256k1.getPublicKey(secret, true)
  if (point[0] === 2) return { secret, key: point.subarray(1) }
  const scalar = secp256k1.Point.Fn.fromBytes(secret)
  return { secret: secp256k1.Point.Fn.toBytes(secp256k1.Point.Fn.neg(scalar)), key: point.subarray(1) }
}

/** Signs a 32-byte digest: r ‖ s with low s, deterministic (RFC 6979). */
export function signDigest(secret: Uint8Array, digest: Bytes32): Signature {
  return secp256k1.sign(digest, secret, { prehash: false, lowS: true })
}

/** Signs a 32-byte digest and adds v (27 or 28), as contracts take it: 65 bytes. */
export function signDigestRecoverable(secret: Uint8Array, digest: Bytes32): Uint8Array {
  const signature = secp256k1.sign(digest, secret, { prehash: false, lowS: true, format: 'recovered' })
  const bytes = new Uint8Array(65)
  bytes.set(signature.subarray(1))
  bytes[64] = 27 + (signature[0] as number)
  return bytes
}

/** L2 address of a secret key. */
export function ownerAddress(secret: Uint8Array): Bytes20 {
  return addressOf(secp256k1.getPublicKey(secret, false))
}
