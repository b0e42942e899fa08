/** Fixed-size records in pages that never move: no slack beyond a page and no copying when they grow. */
export class RecordPages {
  readonly recordWords: number
  readonly pages: Int32Array[] = []
  private readonly shift: number
  private readonly mask: number

  constructor(recordWords: number, pageShift: number) {
    this.recordWords = recordWords
    this.shift = pageShift
    this.mask = 2 ** pageShift - 1
  }

  /** Records that fit in the pages there are. */
  get capacity(): number {
    return this.pages.length * (this.mask + 1)
  }

  /** Records of one page. */
  get pageRecords(): number {
    return this.mask + 1
  }

  reserve(count: number): void {
    while (this.capacity < count) this.pages.push(new Int32Array((this.mask + 1) * this.recordWords))
  }

  page(index: number): Int32Array {
    return this.pages[index >>> this.shift] as Int32Array
  }

  /** Word of a record within its page. */
  word(index: number): number {
    return (index & this.mask) * this.recordWords
  }
}

/** A uint64 in two little-endian words. */
export function readUint64(words: Int32Array, word: number): bigint {
  return (BigInt((words[word + 1] as number) >>> 0) << 32n) | BigInt((words[word] as number) >>> 0)
}

export function writeUint64(words: Int32Array, word: number, value: bigint): void {
  words[word] = Number(value & 0xffff_ffffn)
  words[word + 1] = Number((value >> 32n) & 0xffff_ffffn)
}

export function readBytes(words: Int32Array, word: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + 4 * word, length).slice()
}

export function writeBytes(words: Int32Array, word: number, bytes: Uint8Array): void {
  new Uint8Array(words.buffer, words.byteOffset + 4 * word, bytes.length).set(bytes)
}
