import { hash } from 'node:crypto'

/** Bytes of a chunk; the last one of a part is filled up with zeros. */
export const chunkBytes = 1024
/** Bytes of a part at most: 16 MiB, so that a proof has 14 steps at most. */
export const maxPartBytes = 2 ** 24

const digestBytes = 32
const leafBytes = 1 + 4 + chunkBytes
const leafMark = 0
const nodeMark = 1

/** One chunk of a part and what leads from it to the chunk root. */
export interface ChunkProof {
  /** 1,024 bytes. */
  readonly chunk: Uint8Array
  /** Siblings of 32 bytes, the lowest first; none for a part of one chunk. */
  readonly path: readonly Uint8Array[]
}

/** Chunks of a part of `length` bytes. */
export function chunksIn(length: number): number {
  return Math.ceil(length / chunkBytes)
}

/** Steps from a chunk of a part of `length` bytes to the root. */
export function pathLength(length: number): number {
  return Math.ceil(Math.log2(chunksIn(length)))
}

/** Root of the tree of a part's chunks, 32 bytes. @throws {RangeError} without bytes, or with more than 16 MiB. @see docs/spec/da-committee.md#chunks */
export function chunkRoot(bytes: Uint8Array): Uint8Array {
  return levelsOf(bytes).at(-1)?.[0] as Uint8Array
}

/** Shows what stands at `index`, counted from 0. @throws {RangeError} of a chunk that the part has not. */
export function proveChunk(bytes: Uint8Array, index: number): ChunkProof {
  if (!Number.isInteger(index) || index < 0 || index >= chunksIn(bytes.length))
    throw new RangeError(`chunk ${index} of a part of ${bytes.length} bytes`)
  const levels = levelsOf(bytes)
  const path = levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] as Uint8Array)
  return { chunk: chunkAt(bytes, index), path }
}

/** The chunk root that a proof leads to, whether or not it is the right one. */
export function rootOfChunk(index: number, { chunk, path }: ChunkProof): Uint8Array {
  return path.reduce(
    (node, sibling, height) => ((index >> height) & 1 ? hashNode(sibling, node) : hashNode(node, sibling)),
    hashLeaf(index, chunk),
  )
}

/** Every level of the tree, from the leaves, filled up to a power of two, to the root. */
function levelsOf(bytes: Uint8Array): Uint8Array[][] {
  if (bytes.length === 0 || bytes.length > maxPartBytes)
    throw new RangeError(`a part of ${bytes.length} bytes, allowed are 1 to ${maxPartBytes}`)
  const width = 2 ** pathLength(bytes.length)
  const chunks = chunksIn(bytes.length)
  let level = Array.from({ length: width }, (_, i) =>
    i < chunks ? hashLeaf(i, chunkAt(bytes, i)) : new Uint8Array(digestBytes),
  )
  const levels = [level]
  while (level.length > 1) {
    const below = level
    level = Array.from({ length: below.length / 2 }, (_, i) =>
      hashNode(below[2 * i] as Uint8Array, below[2 * i + 1] as Uint8Array),
    )
    levels.push(level)
  }
  return levels
}

function chunkAt(bytes: Uint8Array, index: number): Uint8Array {
  const chunk = new Uint8Array(chunkBytes)
  chunk.set(bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes))
  return chunk
}

function hashLeaf(index: number, chunk: Uint8Array): Uint8Array {
  const leaf = Buffer.alloc(leafBytes)
  leaf[0] = leafMark
  leaf.writeUInt32BE(index, 1)
  leaf.set(chunk, 5)
  return Uint8Array.from(hash('sha256', leaf, 'buffer'))
}

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = Buffer.alloc(1 + 2 * digestBytes)
  node[0] = nodeMark
  node.set(left, 1)
  node.set(right, 1 + digestBytes)
  return Uint8Array.from(hash('sha256', node, 'buffer'))
}
