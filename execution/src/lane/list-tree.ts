import { NodeLevel } from './node-levels.ts'
import {
  chunkWords,
  copyChunk,
  copyPair,
  type PairHasher,
  writeChunkBytes,
  zeroHash,
  zeroHashes,
} from './pair-hasher.ts'
import type { SpineHasher } from './spine-hasher.ts'

/**
 * Merkle tree of a growing SSZ list of containers. Holds the nodes that exist and hashes what changed level by level, so
 * that the cost of a change grows with the logarithm of the list's length only.
 */
export class ListTree {
  readonly depth: number
  length = 0
  /** Nodes from the leaves to the root of what there is; above it all siblings are empty. */
  private readonly levels: NodeLevel[] = []
  private readonly root = new Int32Array(chunkWords)
  private readonly height = new Uint8Array(1)
  private readonly hasher: PairHasher
  private readonly spine: SpineHasher
  private dirty = new Uint32Array(64)

  /** @param spine - Of this depth; scratch memory, like the hasher. */
  constructor(depth: number, hasher: PairHasher, spine: SpineHasher) {
    this.depth = depth
    this.hasher = hasher
    this.spine = spine
    this.height[0] = depth
    this.hashRoot(zeroHashes, depth * chunkWords)
  }

  /** Lengthens the list; write the new leaves and update them before the root is asked for. */
  resize(length: number): void {
    this.length = length
    this.height[0] = Math.ceil(Math.log2(length))
    let count = length
    for (let level = 0; level <= (this.height[0] as number); level += 1) {
      this.levels[level] ??= new NodeLevel(level)
      this.levels[level]?.resize(count)
      count = Math.ceil(count / 2)
    }
  }

  writeLeaf(index: number, from: Int32Array, fromWord: number): void {
    this.levels[0]?.write(index, from, fromWord)
  }

  /** Hashes everything above leaves that were written. @param leaves - Ascending, each once, at least one. */
  update(leaves: ArrayLike<number>, count: number): void {
    if (this.dirty.length < count) this.dirty = new Uint32Array(count)
    for (let i = 0; i < count; i += 1) this.dirty[i] = leaves[i] as number
    const height = this.height[0] as number
    let nodes = count
    for (let level = 0; level < height; level += 1) nodes = this.climb(level, nodes)
    this.hashRoot((this.levels[height] as NodeLevel).page(0), 0)
  }

  /** Copies the root, the list's length mixed in, to `to`. */
  copyRoot(to: Int32Array, toWord: number): void {
    copyChunk(this.root, 0, to, toWord)
  }

  /** Siblings of a leaf from the lowest level to below the root. */
  branch(index: number): Uint8Array[] {
    return Array.from({ length: this.depth }, (_, k) => {
      const level = k < (this.height[0] as number) ? this.levels[k] : undefined
      return level?.bytes(Math.floor(index / 2 ** k) ^ 1) ?? zeroHash(k)
    })
  }

  /** Writes a node below the root, 32 bytes, to `to`. */
  writeNode(level: number, position: number, to: Uint8Array, at: number): void {
    const held = level < (this.height[0] as number) ? this.levels[level] : undefined
    if (held === undefined) writeChunkBytes(zeroHashes, level * chunkWords, to, at)
    else writeChunkBytes(held.page(position), NodeLevel.word(position), to, at)
  }

  /** Works the list's root out from that of what there is. */
  private hashRoot(from: Int32Array, word: number): void {
    copyChunk(from, word, this.root, 0)
    this.spine.lengths[0] = this.length
    this.spine.hash(this.root, this.height, 1)
  }

  /** Turns the dirty nodes of one level into those of the next. @returns how many there are. */
  private climb(level: number, nodes: number): number {
    let parents = 0
    for (let i = 0; i < nodes; i += 1) {
      const parent = (this.dirty[i] as number) >>> 1
      if (parents === 0 || this.dirty[parents - 1] !== parent) {
        this.dirty[parents] = parent
        parents += 1
      }
    }
    for (let from = 0; from < parents; from += this.hasher.maxPairs)
      this.hashParents(level, from, Math.min(parents, from + this.hasher.maxPairs))
    return parents
  }

  private hashParents(level: number, from: number, to: number): void {
    const below = this.levels[level] as NodeLevel
    const above = this.levels[level + 1] as NodeLevel
    const { hasher } = this
    for (let i = from; i < to; i += 1) {
      const child = 2 * (this.dirty[i] as number)
      copyPair(below.page(child), NodeLevel.word(child), hasher.input, (i - from) * 2 * chunkWords)
    }
    hasher.hash(to - from)
    for (let i = from; i < to; i += 1) above.write(this.dirty[i] as number, hasher.output, (i - from) * chunkWords)
  }
}
