/** Appends fixed-size little-endian values to a growing buffer. */
export class ByteWriter {
  length = 0
  private bytes: Uint8Array<ArrayBuffer>
  private view: DataView

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  clear(): void {
    this.length = 0
  }

  uint8(value: number): void {
    const at = this.claim(1)
    this.view.setUint8(at, value)
  }

  uint16(value: number): void {
    const at = this.claim(2)
    this.view.setUint16(at, value, true)
  }

  uint32(value: number): void {
    const at = this.claim(4)
    this.view.setUint32(at, value, true)
  }

  uint64(value: bigint): void {
    const at = this.claim(8)
    this.view.setBigUint64(at, value, true)
  }

  float64(value: number): void {
    const at = this.claim(8)
    this.view.setFloat64(at, value, true)
  }

  write(bytes: Uint8Array): void {
    const at = this.claim(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** As `write` of `bytes.subarray(from, from + length)`, without making a view. */
  copy(bytes: Uint8Array, from: number, length: number): void {
    const at = this.claim(length)
    const to = this.bytes
    for (let i = 0; i < length; i += 1) to[at + i] = bytes[from + i] as number
  }

  /** Writes over a uint32 written before. */
  patchUint32(at: number, value: number): void {
    this.view.setUint32(at, value, true)
  }

  /** What was written; valid until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length)
  }

  /** Makes room; what `view` and `bytes` are is known only after it. */
  private claim(size: number): number {
    const at = this.length
    this.length = at + size
    if (this.length > this.bytes.length) this.grow()
    return at
  }

  private grow(): void {
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length))
    grown.set(this.bytes)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}

/** Thrown when bytes end early or hold something they may not; callers turn it into a coded fault. */
export class FormError extends Error {
  readonly offset: number

  constructor(reason: string, offset: number) {
    super(reason)
    this.name = 'FormError'
    this.offset = offset
  }
}

/** Reads what `ByteWriter` wrote. @throws {FormError} when the bytes end early. */
export class ByteReader {
  offset = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.offset
  }

  uint8(): number {
    return this.view.getUint8(this.claim(1))
  }

  uint16(): number {
    return this.view.getUint16(this.claim(2), true)
  }

  uint32(): number {
    return this.view.getUint32(this.claim(4), true)
  }

  uint64(): bigint {
    return this.view.getBigUint64(this.claim(8), true)
  }

  float64(): number {
    return this.view.getFloat64(this.claim(8), true)
  }

  /** A view, not a copy. */
  read(length: number): Uint8Array {
    const at = this.claim(length)
    return this.bytes.subarray(at, at + length)
  }

  /** @throws {FormError} when bytes are left. */
  end(): void {
    if (this.left !== 0) throw new FormError(`${this.left} bytes too many`, this.offset)
  }

  private claim(size: number): number {
    const at = this.offset
    if (size > this.left) throw new FormError(`ends ${size - this.left} bytes early`, at)
    this.offset = at + size
    return at
  }
}
