import { createHash } from 'node:crypto'

/** Values that look random and are the same every time: the n-th is the SHA-256 of the label and n. */
export class Seeded {
  readonly #label: string
  #drawn = 0

  constructor(label: string) {
    this.#label = label
  }

  /** `length` bytes, at most 64. */
  bytes(length: number): Uint8Array {
    this.#drawn += 1
    const digest = createHash('sha512').update(`${this.#label}/${this.#drawn}`).digest()
    return new Uint8Array(digest.subarray(0, length))
  }

  /** An integer below `bound`. */
  below(bound: number): number {
    return Number(this.uint64() % BigInt(bound))
  }

  uint64(): bigint {
    return new DataView(this.bytes(8).buffer).getBigUint64(0)
  }
}

export const hex = (bytes: Uint8Array): `0x${string}` => `0x${Buffer.from(bytes).toString('hex')}`
