import { NodeLevel } from './node-levels.ts'
import { chunkWords, copyChunk, copyPair, type PairHasher, zeroHashes } from './pair-hasher.ts'

/**
 * Merkle tree of a growing SSZ list of containers. Holds the nodes that exist and hashes what changed level by level, so
 * that the cost of a change grows with the logarithm of the list's length only.
 */
export class ListTree {
  readonly depth: number
  length = 0
  private readonly levels: NodeLevel[]
  private readonly hasher: PairHasher
  private dirty = new Uint32Array(64)

  constructor(depth: number, hasher: PairHasher) {
    this.depth = depth
    this.hasher = hasher
    this.levels = Array.from({ length: depth + 1 }, (_, level) => new NodeLevel(level))
    const top = this.levels[depth] as NodeLevel
    top.resize(1)
    top.write(0, zeroHashes, depth * chunkWords)
  }

  /** Lengthens the list; write the new leaves and update them before the root is asked for. */
  resize(length: number): void {
    this.length = length
    let count = length
    for (const level of this.levels) {
      level.resize(count)
      count = Math.ceil(count / 2)
    }
  }

  writeLeaf(index: number, from: Int32Array, fromWord: number): void {
    this.levels[0]?.write(index, from, fromWord)
  }

  /** Hashes everything above leaves that were written. @param leaves - Ascending, each once. */
  update(leaves: ArrayLike<number>, count: number): void {
    if (this.dirty.length < count) this.dirty = new Uint32Array(count)
    for (let i = 0; i < count; i += 1) this.dirty[i] = leaves[i] as number
    let nodes = count
    for (let level = 0; level < this.depth && nodes > 0; level += 1) nodes = this.climb(level, nodes)
  }

  /** Copies the root, without the list's length, to `to`. */
  copyRoot(to: Int32Array, toWord: number): void {
    copyChunk((this.levels[this.depth] as NodeLevel).page(0), 0, to, toWord)
  }

  /** Siblings of a leaf from the lowest level to below the root. */
  branch(index: number): Uint8Array[] {
    return this.levels.slice(0, -1).map((level, k) => level.bytes(Math.floor(index / 2 ** k) ^ 1))
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
