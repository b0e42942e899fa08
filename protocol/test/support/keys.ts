import { createHash } from 'node:crypto'
import {
  type Bytes20,
  type Bytes32,
  memberKey,
  ownerAddress,
  type Signature,
  type SignatureVerifier,
  sameBytes,
  signDigest,
} from '../../src/index.ts'

const sha256 = (...parts: readonly (Uint8Array | string)[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** Somebody who signs: a member by its key or an owner by its address. */
export interface Signer<Name extends Uint8Array = Uint8Array> {
  readonly name: Name
  sign(digest: Bytes32): Signature
}

function stamp(name: Uint8Array, digest: Bytes32): Signature {
  const signature = new Uint8Array(64)
  signature.set(sha256(name, digest))
  signature.set(sha256(digest, name), 32)
  return signature
}

const holds = (name: Uint8Array, digest: Bytes32, signature: Signature): boolean =>
  sameBytes(stamp(name, digest), signature)

/** Stands in for ECDSA where thousands of signatures are needed: hashes that bind name and digest, and prove nothing. */
export const stampVerifier: SignatureVerifier = {
  name: 'stamp',
  verifyMember: holds,
  verifyOwner: holds,
}

export function stampKey(label: string): Signer<Bytes32> {
  const name = sha256('key', label)
  return { name, sign: (digest) => stamp(name, digest) }
}

export function stampOwner(label: string): Signer<Bytes20> {
  const name = sha256('owner', label).subarray(0, 20)
  return { name, sign: (digest) => stamp(name, digest) }
}

/** A member with a real key. */
export function realKey(label: string): Signer<Bytes32> {
  const { key, secret } = memberKey(sha256('secret', label))
  return { name: key, sign: (digest) => signDigest(secret, digest) }
}

/** An owner with a real key. */
export function realOwner(label: string): Signer<Bytes20> {
  const secret = sha256('secret', label)
  return { name: ownerAddress(secret), sign: (digest) => signDigest(secret, digest) }
}

/** 32 bytes that follow from a label. */
export const digestOf = (label: string): Bytes32 => sha256(label)
