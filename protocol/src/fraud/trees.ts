import { zeroHash } from '@chainsafe/persistent-merkle-tree'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'

/** A leaf's siblings from its own upwards, and the root that they lead to. */
export interface Branch {
  readonly siblings: readonly Bytes32[]
  readonly root: Bytes32
}

/** Levels of the tree of `leaves` padded with zero leaves to 2 ** depth; the first are the leaves, the last is the root. */
export function levelsOf(leaves: readonly Bytes32[], depth: number): readonly (readonly Bytes32[])[] {
  const levels: Bytes32[][] = [[...leaves]]
  for (let height = 0; height < depth; height += 1) {
    const below = levels[height] as Bytes32[]
    const zero = zeroHash(height)
    levels.push(
      Array.from({ length: Math.ceil(below.length / 2) }, (_, i) =>
        hash64(below[2 * i] as Bytes32, below[2 * i + 1] ?? zero),
      ),
    )
  }
  return levels
}

/** Branch of the leaf at `index`, which may lie beyond the last leaf. */
export function branchIn(levels: readonly (readonly Bytes32[])[], index: number): Branch {
  const depth = levels.length - 1
  const siblings = Array.from({ length: depth }, (_, height) => {
    const beside = Math.floor(index / 2 ** height)
    return levels[height]?.[beside % 2 === 0 ? beside + 1 : beside - 1] ?? zeroHash(height)
  })
  return { siblings, root: levels[depth]?.[0] ?? zeroHash(depth) }
}

/** Levels of the smallest tree with room for one leaf more than `count`, at most `depth`. */
export function heightOf(count: number, depth: number): number {
  let height = 0
  while (height < depth && 2 ** height <= count) height += 1
  return height
}

/** Root of the tree of `to` levels whose first 2 ** from leaves are under `root` and the others zero. */
export function liftRoot(root: Bytes32, from: number, to: number): Bytes32 {
  let lifted = root
  for (let height = from; height < to; height += 1) lifted = hash64(lifted, zeroHash(height))
  return lifted
}

/** A tree of which only the branches of some leaves are known. */
export class SparseTree {
  readonly #depth: number
  /** By height and index; what is absent stands as it did when it was learnt. */
  readonly #nodes = new Map<string, Bytes32>()
  root: Bytes32

  constructor(depth: number, root: Bytes32) {
    this.#depth = depth
    this.root = root
  }

  /** Takes a branch in as it stood before anything was replaced. */
  learn(index: number, siblings: readonly Bytes32[]): void {
    siblings.forEach((sibling, height) => {
      const key = keyOf(height, besideAt(index, height))
      if (!this.#nodes.has(key)) this.#nodes.set(key, sibling)
    })
  }

  /** Siblings of a leaf whose branch was learnt. @throws {RangeError} when it was not. */
  siblings(index: number): readonly Bytes32[] {
    return Array.from({ length: this.#depth }, (_, height) => {
      const sibling = this.#nodes.get(keyOf(height, besideAt(index, height)))
      if (sibling === undefined) throw new RangeError(`leaf ${index} was not opened`)
      return sibling
    })
  }

  /** Puts a leaf in the place of another. @throws {RangeError} when its branch was not learnt. */
  replace(index: number, leaf: Bytes32): void {
    let node = leaf
    this.siblings(index).forEach((sibling, height) => {
      const at = Math.floor(index / 2 ** height)
      this.#nodes.set(keyOf(height, at), node)
      node = at % 2 === 0 ? hash64(node, sibling) : hash64(sibling, node)
    })
    this.root = node
  }
}

const keyOf = (height: number, index: number): string => `${height}/${index}`

const besideAt = (index: number, height: number): number => {
  const at = Math.floor(index / 2 ** height)
  return at % 2 === 0 ? at + 1 : at - 1
}
