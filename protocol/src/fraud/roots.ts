import { merkleize } from '../ssz/chunk-roots.ts'
import { hash64 } from '../ssz/merkle.ts'
import { type Bytes32, Uint64Type } from '../ssz/primitives.ts'

/** Chunk of an unsigned integer of at most 64 bits. */
export function uintChunk(value: bigint | number): Bytes32 {
  return Uint64Type.hashTreeRoot(BigInt(value))
}

/** Root of a list from its tree and length. */
export function mixInLength(tree: Bytes32, length: number): Bytes32 {
  return hash64(tree, uintChunk(length))
}

/** Root of a container of five to eight fields. */
export function containerRoot(fields: readonly Bytes32[]): Bytes32 {
  return merkleize(fields, 3)
}
