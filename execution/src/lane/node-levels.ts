import { chunkWords, copyChunk, zeroHashes } from './pair-hasher.ts'

const pageShift = 8
const pageNodes = 1 << pageShift
const pageMask = pageNodes - 1

/** The nodes of one level of a growing tree, in pages; the first page grows by doubling so that small trees stay small. */
export class NodeLevel {
  readonly pages: Int32Array[] = []
  private capacity = 0
  private readonly level: number

  constructor(level: number) {
    this.level = level
  }

  /** Makes room for `count` nodes, in pairs. When the last has no sibling yet, an empty subtree stands for it. */
  resize(count: number): void {
    const even = count + (count & 1)
    while (this.capacity < even) this.grow()
    if (even !== count) this.write(count, zeroHashes, this.level * chunkWords)
  }

  page(index: number): Int32Array {
    return this.pages[index >>> pageShift] as Int32Array
  }

  /** Word of a node within its page. */
  static word(index: number): number {
    return (index & pageMask) * chunkWords
  }

  write(index: number, from: Int32Array, fromWord: number): void {
    copyChunk(from, fromWord, this.page(index), NodeLevel.word(index))
  }

  bytes(index: number): Uint8Array {
    const page = this.page(index)
    return new Uint8Array(page.buffer, page.byteOffset + 4 * NodeLevel.word(index), 32).slice()
  }

  private grow(): void {
    const first = this.pages[0]
    if (first !== undefined && first.length === pageNodes * chunkWords) {
      this.pages.push(new Int32Array(pageNodes * chunkWords))
      this.capacity += pageNodes
      return
    }
    const grown = new Int32Array(first === undefined ? 2 * chunkWords : 2 * first.length)
    if (first !== undefined) grown.set(first)
    this.pages[0] = grown
    this.capacity = grown.length / chunkWords
  }
}
