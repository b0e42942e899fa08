import { zeroHash } from '@chainsafe/persistent-merkle-tree'
import { hashInto } from '#hash'

/** Root of a list of chunks, at least one, padded to `depth`. */
export function merkleize(chunks: readonly Uint8Array[], depth: number): Uint8Array {
  let nodes = Buffer.concat(chunks)
  for (let level = 0; level < depth; level += 1) {
    if (nodes.length % 64 !== 0) nodes = Buffer.concat([nodes, zeroHash(level)])
    const parents = Buffer.alloc(nodes.length / 2)
    hashInto(nodes, parents)
    nodes = parents
  }
  return new Uint8Array(nodes)
}

/** Root of a list of composites from their roots, its length mixed in. */
export function listRoot(roots: readonly Uint8Array[], depth: number): Uint8Array {
  return mixIn(roots.length === 0 ? zeroHash(depth) : merkleize(roots, depth), roots.length)
}

/** Mixes a length or selector into a root. */
export function mixIn(root: Uint8Array, value: number): Uint8Array {
  return hashPair(root, chunkOf(value))
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(64)
  pair.set(left)
  pair.set(right, 32)
  const hash = new Uint8Array(32)
  hashInto(pair, hash)
  return hash
}

/** Root of a container of 3 or 4 chunks. */
export function hashFour(chunks: readonly Uint8Array[]): Uint8Array {
  const input = new Uint8Array(128)
  chunks.forEach((chunk, i) => {
    input.set(chunk, 32 * i)
  })
  const halves = new Uint8Array(64)
  hashInto(input, halves)
  const root = new Uint8Array(32)
  hashInto(halves, root)
  return root
}

/** A small number as a chunk. */
export function chunkOf(value: number): Uint8Array {
  const chunk = new Uint8Array(32)
  new DataView(chunk.buffer).setUint32(0, value, true)
  return chunk
}
