import { chunkWords, copyChunk, PairHasher } from './pair-hasher.ts'

/** Heads hashed by one call at most: about as many as there are messages between two roots. */
const mostHeads = 64

/**
 * Heads of conversations that a message was applied to, to be hashed together with those of other conversations: a call
 * costs as much as hashing six of them. Whoever reads a head calls `settle` before.
 */
export class HeadQueue {
  private readonly hasher = new PairHasher(mostHeads)
  private readonly pages: Int32Array[] = []
  private readonly words = new Uint32Array(mostHeads)
  private count = 0

  /** Makes the head at `word` of `page` the hash of itself and `digest`. */
  extend(page: Int32Array, word: number, digest: Int32Array): void {
    if (this.count === mostHeads || this.waits(page, word)) this.settle()
    const { input } = this.hasher
    const row = this.count * 2 * chunkWords
    copyChunk(page, word, input, row)
    copyChunk(digest, 0, input, row + chunkWords)
    this.pages[this.count] = page
    this.words[this.count] = word
    this.count += 1
  }

  /** Writes all heads that wait. */
  settle(): void {
    if (this.count === 0) return
    this.hasher.hash(this.count)
    const { output } = this.hasher
    for (let i = 0; i < this.count; i += 1)
      copyChunk(output, i * chunkWords, this.pages[i] as Int32Array, this.words[i] as number)
    this.count = 0
  }

  private waits(page: Int32Array, word: number): boolean {
    for (let i = 0; i < this.count; i += 1) if (this.words[i] === word && this.pages[i] === page) return true
    return false
  }
}
