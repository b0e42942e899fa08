/** Small, fast generator (sfc32); the same numbers for the same seed everywhere. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, stream: number) {
    this.#a = seed | 0
    this.#b = stream | 0
    this.#c = (seed ^ 0x9e37_79b9) | 0
    for (let i = 0; i < 12; i += 1) this.uint32()
  }

  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    return t >>> 0
  }

  /** An integer below `bound`, at least 1. */
  below(bound: number): number {
    return this.uint32() % bound
  }

  byte(): number {
    return this.uint32() & 255
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i += 1) bytes[i] = this.byte()
    return bytes
  }
}
