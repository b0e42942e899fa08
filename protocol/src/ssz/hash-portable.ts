import './buffer-portable.ts'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/noble'

export { hasher }

/** SHA-256 of each 64 bytes of `input`, into `output`. */
export const hashInto: (input: Uint8Array, output: Uint8Array) => void = hasher.hashInto

/** SHA-256 of each 64 bytes. */
export function hash(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length / 2)
  hasher.hashInto(input, output)
  return output
}
