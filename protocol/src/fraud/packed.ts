import { zeroHash } from '@chainsafe/persistent-merkle-tree'
import { joinBytes, sameBytes } from '../ssz/bytes.ts'
import type { Bytes32 } from '../ssz/primitives.ts'

/** Writes packed big-endian bytes, as the verifiers read them. @see docs/spec/fraud-proofs.md#openings */
export class PackedWriter {
  readonly #parts: Uint8Array[] = []

  /** @throws {RangeError} when `value` does not fit `bytes` bytes. */
  uint(value: bigint | number, bytes: number): void {
    const whole = BigInt(value)
    if (whole < 0n || whole >> BigInt(8 * bytes) !== 0n) throw new RangeError(`${value} does not fit ${bytes} bytes`)
    this.#parts.push(
      Uint8Array.from({ length: bytes }, (_, i) => Number((whole >> BigInt(8 * (bytes - 1 - i))) & 0xffn)),
    )
  }

  bytes(value: Uint8Array): void {
    this.#parts.push(value)
  }

  /** Siblings from the leaf's own upwards, those of zero trees left out. */
  branch(siblings: readonly Bytes32[]): void {
    const stated = siblings.map((sibling, height) => !sameBytes(sibling, zeroHash(height)))
    this.uint(
      stated.reduce((bitmap, follows, height) => (follows ? bitmap | (1n << BigInt(height)) : bitmap), 0n),
      4,
    )
    siblings.forEach((sibling, height) => {
      if (stated[height]) this.bytes(sibling)
    })
  }

  finish(): Uint8Array {
    return joinBytes(this.#parts)
  }
}
