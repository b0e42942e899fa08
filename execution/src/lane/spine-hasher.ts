import { hashInto } from '@chainsafe/hashtree'
import { chunkWords, copyChunk, prefixViews, zeroHashes } from './pair-hasher.ts'

/** Hashes roots of small lists with empty subtrees up to the depth of their list, many lists at once. */
export class SpineHasher {
  /** Lengths that `mixInLengths` takes, one a row. */
  readonly lengths: Uint32Array
  private readonly depth: number
  /** One buffer a level, whose right halves hold that level's empty subtree for good. */
  private readonly inputs: Int32Array[]
  private readonly inputViews: Uint8Array[][]
  private readonly output: Int32Array
  private readonly outputViews: Uint8Array[]
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

  /** Lifts `roots` from their `depths` to the list's. */
  hash(roots: Int32Array, depths: Uint8Array, rows: number): void {
    for (let level = 0; level < this.depth; level += 1) {
      let active = 0
      for (let row = 0; row < rows; row += 1)
        if ((depths[row] as number) <= level) {
          this.rowOf[active] = row
          active += 1
        }
      if (active > 0) this.hashLevel(level, roots, active)
    }
  }

  /** Mixes the lengths into roots of full depth. */
  mixInLengths(roots: Int32Array, rows: number): void {
    const input = this.inputs[this.depth] as Int32Array
    for (let row = 0; row < rows; row += 1) {
      this.rowOf[row] = row
      input[row * 2 * chunkWords + chunkWords] = this.lengths[row] as number
    }
    this.hashLevel(this.depth, roots, rows)
  }

  private hashLevel(level: number, roots: Int32Array, active: number): void {
    const input = this.inputs[level] as Int32Array
    for (let i = 0; i < active; i += 1)
      copyChunk(roots, (this.rowOf[i] as number) * chunkWords, input, i * 2 * chunkWords)
    hashInto(this.inputViews[level]?.[active] as Uint8Array, this.outputViews[active] as Uint8Array)
    for (let i = 0; i < active; i += 1)
      copyChunk(this.output, i * chunkWords, roots, (this.rowOf[i] as number) * chunkWords)
  }
}

function spineLevel(level: number, maxRows: number): Int32Array {
  const input = new Int32Array(maxRows * 2 * chunkWords)
  for (let row = 0; row < maxRows; row += 1)
    copyChunk(zeroHashes, level * chunkWords, input, row * 2 * chunkWords + chunkWords)
  return input
}
