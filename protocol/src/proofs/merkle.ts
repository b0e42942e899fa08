import { concatGindices, createProof, type Node, ProofType } from '@chainsafe/persistent-merkle-tree'
import { type CompositeType, ContainerType, ListCompositeType, type Type, VectorCompositeType } from '@chainsafe/ssz'
import { sameBytes } from '../ssz/bytes.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'

/** A step into a type: a container's field or a list's index. */
export type Path = readonly (string | number)[]

/** One leaf, or the root of a part, and the siblings that lead from it to a root, lowest first. */
export interface MerkleProof {
  /** Generalised index of the leaf, as in the consensus specifications: the root is 1, children of g are 2g and 2g + 1. */
  readonly gindex: bigint
  readonly leaf: Bytes32
  readonly branch: readonly Bytes32[]
}

/** Most levels a proof may have; the deepest leaf, a field of a member within the state, has 56. */
export const maxProofDepth = 96

/**
 * Generalised index of `path` in `type`.
 * @throws {RangeError} when no value of the type has such a part: an index at or beyond a list's limit would lead into
 * another part of the tree.
 */
export function gindexOf(type: CompositeType<unknown, unknown, unknown>, path: Path): bigint {
  let part: Type<unknown> = type
  for (const step of path) part = partOf(part, step, path)
  return type.getPathInfo([...path]).gindex
}

function partOf(type: Type<unknown>, step: string | number, path: Path): Type<unknown> {
  const inField = type instanceof ContainerType && typeof step === 'string' && Object.hasOwn(type.fields, step)
  if (inField) return type.getPropertyType(step)
  const count =
    type instanceof ListCompositeType ? type.limit : type instanceof VectorCompositeType ? type.length : undefined
  if (count === undefined || typeof step !== 'number' || !Number.isInteger(step) || step < 0 || step >= count)
    throw new RangeError(`${type.typeName} has no part ${step} (${path.join('.')})`)
  return (type as CompositeType<unknown, unknown, unknown>).getPropertyType(step)
}

/** Generalised index in the outer type of what has `inner` in the part at `outer`. */
export function joinGindices(...gindices: readonly bigint[]): bigint {
  return concatGindices([...gindices])
}

/**
 * Proves the part of `value` at `path`.
 * @throws {RangeError} when the path leads to nothing, such as an index at or beyond a list's length.
 */
export function prove<V>(type: CompositeType<V, unknown, unknown>, value: V, path: Path): MerkleProof {
  assertPart(value, path)
  return proveNode(type.value_toTree(value), gindexOf(type, path))
}

/** Proves the node at `gindex` of a tree. @throws {RangeError} when the tree has none there. */
export function proveNode(tree: Node, gindex: bigint): MerkleProof {
  const proof = createProof(tree, { type: ProofType.single, gindex })
  if (proof.type !== ProofType.single) throw new RangeError(`no single leaf at ${gindex}`)
  return { gindex, leaf: proof.leaf, branch: proof.witnesses }
}

/** A list's tree has zero leaves beyond its length, which must not be proven as if something stood there. */
function assertPart(value: unknown, path: Path): void {
  let part = value
  for (const step of path) {
    part = typeof part === 'object' && part !== null ? Reflect.get(part, step) : undefined
    if (part === undefined) throw new RangeError(`nothing stands at ${path.join('.')}`)
  }
}

function assertChunk(chunk: Bytes32): void {
  if (chunk.length !== 32) throw new RangeError(`a node of ${chunk.length} bytes instead of 32`)
}

/** Root that a proof leads to. @throws {RangeError} when the branch is not as long as the index demands. */
export function rootOf({ gindex, leaf, branch }: MerkleProof): Bytes32 {
  const depth = gindex.toString(2).length - 1
  if (gindex < 1n || depth > maxProofDepth || branch.length !== depth)
    throw new RangeError(
      `branch has ${branch.length} levels, gindex ${gindex} demands ${depth} of at most ${maxProofDepth}`,
    )
  assertChunk(leaf)
  let root = leaf
  let index = gindex
  for (const sibling of branch) {
    assertChunk(sibling)
    root = index & 1n ? hash64(sibling, root) : hash64(root, sibling)
    index >>= 1n
  }
  return root
}

/** Whether `proof` shows its leaf at its index under `root`. Malformed proofs show nothing. */
export function verifyProof(root: Bytes32, proof: MerkleProof): boolean {
  try {
    return sameBytes(rootOf(proof), root)
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * Root of a value that its type can hold.
 * @throws {RangeError} when it cannot: SSZ would cut an integer that is too wide, and give the root of another value.
 */
export function rootWithin<V>(type: Type<V>, value: V): Bytes32 {
  if (!type.equals(type.deserialize(type.serialize(value)), value))
    throw new RangeError(`the value does not fit ${type.typeName}`)
  return type.hashTreeRoot(value)
}

/** Whether `branch` shows exactly `value` at `place` under `root`. A place or value that cannot be shows nothing. */
export function verifyAt<V>(
  root: Bytes32,
  place: () => bigint,
  type: Type<V>,
  value: V,
  branch: readonly Bytes32[],
): boolean {
  try {
    return verifyProof(root, { gindex: place(), leaf: rootWithin(type, value), branch })
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Joins a proof within a part to the proof of the part's root within the whole. */
export function joinProofs(inner: MerkleProof, outer: Omit<MerkleProof, 'leaf'>): MerkleProof {
  return {
    gindex: joinGindices(outer.gindex, inner.gindex),
    leaf: inner.leaf,
    branch: [...inner.branch, ...outer.branch],
  }
}
