/** Grows as it is written to. */
export class ByteWriter {
  private buffer = new Uint8Array(1024)
  private used = 0

  get length(): number {
    return this.used
  }

  byte(value: number): void {
    this.reserve(1)
    this.buffer[this.used] = value
    this.used += 1
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length)
    this.buffer.set(value, this.used)
    this.used += value.length
  }

  /** LEB128, shortest form. */
  varint(value: bigint | number): void {
    if (typeof value === 'number' && value >= 0 && value < 0x80) {
      this.byte(value)
      return
    }
    if (typeof value === 'number' && value >= 0 && value < 0x4000) {
      this.byte((value & 0x7f) | 0x80)
      this.byte(value >>> 7)
      return
    }
    let rest = BigInt(value)
    if (rest < 0n) throw new RangeError('varint of a negative number')
    while (rest >= 0x80n) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest))
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.used)
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.buffer.length) return
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.used + bytes))
    grown.set(this.buffer.subarray(0, this.used))
    this.buffer = grown
  }
}
