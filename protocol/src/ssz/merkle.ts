import { hash } from '#hash'
import type { Bytes32 } from './primitives.ts'

/** SHA-256 of two 32-byte chunks. */
export function hash64(left: Uint8Array, right: Uint8Array): Bytes32 {
  const pair = new Uint8Array(64)
  pair.set(left)
  pair.set(right, 32)
  return hash(pair)
}

/** Root of four chunks. */
export function merkleize4(a: Uint8Array, b: Uint8Array, c: Uint8Array, d: Uint8Array): Bytes32 {
  const pairs = new Uint8Array(128)
  pairs.set(a)
  pairs.set(b, 32)
  pairs.set(c, 64)
  pairs.set(d, 96)
  return hash(hash(pairs))
}
