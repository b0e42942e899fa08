import { hashInto } from '@chainsafe/hashtree'
import { chunkWords, copyChunk, prefixViews, zeroHashes } from './pair-hasher.ts'

const pairWords = 2 * chunkWords

/** Lifts roots of small lists through empty subtrees to the depth of their list and mixes their lengths in, many at once. */
export class SpineHasher {
  /** Lengths of the lists, one a row. */
  readonly lengths: Uint32Array
  private readonly depth: number
  /** Pairs of each level: the right halves hold its empty subtree for good, those of the last the lengths. */
  private readonly inputs: Int32Array[]
  private readonly inputViews: Uint8Array[][]
  private readonly output: Int32Array
  private readonly outputViews: Uint8Array[]
  /** Row of each place of the present level: rows take places as the levels come to their depth. */
  private readonly rowOf: Int32Array

  constructor(depth: number, maxRows: number) {
    this.depth = depth
    this.lengths = new Uint32Array(maxRows)
    this.rowOf = new Int32Array(maxRows)
    this.inputs = Array.from({ length: depth + 1 }, (_, level) => spineLevel(level < depth ? level : 0, maxRows))
    this.inputViews = this.inputs.map((input) => prefixViews(input, maxRows, 64))
    this.output = new Int32Array(maxRows * chunkWords)
    this.outputViews = prefixViews(this.output, maxRows, 32)
  }

  /** Turns roots of subtrees into roots of lists. @param depths - Of the subtrees, at most the list's. */
  hash(roots: Int32Array, depths: Uint8Array, rows: number): void {
    const { depth, output } = this
    let places = 0
    for (let level = 0; level < depth; level += 1) {
      if (places < rows) places = this.join(level, roots, depths, rows, places)
      if (places === 0) continue
      this.hashLevel(level, places)
      const above = this.inputs[level + 1] as Int32Array
      for (let place = 0; place < places; place += 1) copyChunk(output, place * chunkWords, above, place * pairWords)
    }
    if (places < rows) places = this.join(depth, roots, depths, rows, places)
    const mixed = this.inputs[depth] as Int32Array
    for (let place = 0; place < places; place += 1)
      mixed[place * pairWords + chunkWords] = this.lengths[this.rowOf[place] as number] as number
    this.hashLevel(depth, places)
    for (let place = 0; place < places; place += 1)
      copyChunk(output, place * chunkWords, roots, (this.rowOf[place] as number) * chunkWords)
  }

  /** Gives places to the rows whose subtrees are of this depth. @returns places taken. */
  private join(level: number, roots: Int32Array, depths: Uint8Array, rows: number, taken: number): number {
    const input = this.inputs[level] as Int32Array
    let places = taken
    for (let row = 0; row < rows; row += 1) {
      if (depths[row] !== level) continue
      this.rowOf[places] = row
      copyChunk(roots, row * chunkWords, input, places * pairWords)
      places += 1
    }
    return places
  }

  private hashLevel(level: number, places: number): void {
    hashInto(this.inputViews[level]?.[places] as Uint8Array, this.outputViews[places] as Uint8Array)
  }
}

function spineLevel(level: number, maxRows: number): Int32Array {
  const input = new Int32Array(maxRows * pairWords)
  for (let row = 0; row < maxRows; row += 1)
    copyChunk(zeroHashes, level * chunkWords, input, row * pairWords + chunkWords)
  return input
}
