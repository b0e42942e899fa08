import { createHash } from 'node:crypto'

/** EIP-4844's hash of a commitment: what a transaction and a pointer carry. */
export function versionedHash(commitment: Uint8Array): Uint8Array {
  const hash = new Uint8Array(createHash('sha256').update(commitment).digest())
  hash[0] = 1
  return hash
}
