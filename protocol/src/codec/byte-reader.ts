import { CodecError } from './faults.ts'

/** Reads fields off bytes from strangers: every read names its field and is bounded. */
export class ByteReader {
  private offset = 0
  private readonly data: Uint8Array
  private readonly part: string

  /** @param part - Names the data in faults. */
  constructor(data: Uint8Array, part: string) {
    this.data = data
    this.part = part
  }

  get remaining(): number {
    return this.data.length - this.offset
  }

  byte(field: string, maximum = 255): number {
    const value = this.data[this.offset]
    if (value === undefined) throw this.truncated(field)
    this.offset += 1
    return this.bounded(field, value, maximum)
  }

  /** A view, not a copy. */
  bytes(field: string, length: number): Uint8Array {
    if (length > this.remaining) throw this.truncated(field)
    const view = this.data.subarray(this.offset, this.offset + length)
    this.offset += length
    return view
  }

  /** LEB128 in its shortest form, at most `maximum` (itself at most 2^53 - 1). */
  varint(field: string, maximum: number): number {
    // Most values take one or two bytes; all that may be wrong is left to the long way.
    const { data, offset } = this
    const first = data[offset] as number
    if (first < 0x80) {
      this.offset = offset + 1
      return this.bounded(field, first, maximum)
    }
    const second = data[offset + 1] as number
    if (first >= 0x80 && second > 0 && second < 0x80) {
      this.offset = offset + 2
      return this.bounded(field, (first & 0x7f) | (second << 7), maximum)
    }
    return this.bounded(field, Number(this.longVarint(field)), maximum)
  }

  /** LEB128 in its shortest form of a uint64. */
  longVarint(field: string): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte(field)
      value |= BigInt(byte & 0x7f) << shift
      if (value >= 2n ** 64n)
        throw new CodecError({ code: 'CODEC_VALUE', part: this.part, field, reason: 'more than 64 bits' })
      if (byte < 0x80) {
        if (byte === 0 && shift > 0n) throw new CodecError({ code: 'CODEC_NOT_CANONICAL', part: this.part, field })
        return value
      }
      if (shift >= 63n)
        throw new CodecError({ code: 'CODEC_VALUE', part: this.part, field, reason: 'more than 64 bits' })
    }
  }

  /** Demands that so many bytes are left, before memory is taken for what they hold. */
  assertAtLeast(field: string, length: number): void {
    if (length > this.remaining) throw this.truncated(field)
  }

  end(): void {
    if (this.remaining !== 0) throw new CodecError({ code: 'CODEC_TRAILING', part: this.part, bytes: this.remaining })
  }

  private bounded(field: string, value: number, maximum: number): number {
    if (value > maximum) throw new CodecError({ code: 'CODEC_BOUND', part: this.part, field, received: value, maximum })
    return value
  }

  private truncated(field: string): CodecError {
    return new CodecError({ code: 'CODEC_TRUNCATED', part: this.part, field, offset: this.offset })
  }
}
