import { Control } from './control.ts'

/** Memory of a ring of frames: one producer, a lane, and one consumer, the main thread. */
export interface FrameRingMemory {
  readonly control: Int32Array
  /** A power of two long. */
  readonly bytes: SharedArrayBuffer
}

const lengthBytes = 4

/** Lane's end. */
export class FrameProducer {
  private readonly control: Int32Array
  private readonly bytes: Uint8Array
  private readonly length = new Uint8Array(lengthBytes)
  private tail = 0

  constructor({ control, bytes }: FrameRingMemory) {
    this.control = control
    this.bytes = new Uint8Array(bytes)
  }

  /**
   * Writes one frame, waiting while there is no room.
   * @param ping - Tells the main thread that there is something to drain; called before a wait.
   * @throws {RangeError} when the frame is larger than the ring.
   */
  write(parts: readonly Uint8Array[], ping: () => void): void {
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    const needed = size + lengthBytes
    if (needed > this.bytes.length) throw new RangeError(`frame of ${size} bytes is larger than the ring`)
    for (;;) {
      const head = Atomics.load(this.control, Control.frameHead)
      if (this.bytes.length - ((this.tail - head) >>> 0) >= needed) break
      ping()
      Atomics.wait(this.control, Control.frameHead, head)
    }
    new DataView(this.length.buffer).setUint32(0, size, true)
    this.copy(this.length)
    for (const part of parts) this.copy(part)
    Atomics.store(this.control, Control.frameTail, this.tail)
  }

  private copy(part: Uint8Array): void {
    const at = (this.tail >>> 0) % this.bytes.length
    const untilEnd = this.bytes.length - at
    if (part.length <= untilEnd) this.bytes.set(part, at)
    else {
      this.bytes.set(part.subarray(0, untilEnd), at)
      this.bytes.set(part.subarray(untilEnd), 0)
    }
    this.tail = (this.tail + part.length) | 0
  }
}

/** Main thread's end. */
export class FrameConsumer {
  private readonly control: Int32Array
  private readonly bytes: Uint8Array
  private head = 0

  constructor({ control, bytes }: FrameRingMemory) {
    this.control = control
    this.bytes = new Uint8Array(bytes)
  }

  /** Takes the next frame out, as a copy; undefined when there is none. */
  read(): Uint8Array | undefined {
    if (Atomics.load(this.control, Control.frameTail) === this.head) return undefined
    const length = this.copy(lengthBytes)
    const frame = this.copy(new DataView(length.buffer).getUint32(0, true))
    Atomics.store(this.control, Control.frameHead, this.head)
    Atomics.notify(this.control, Control.frameHead)
    return frame
  }

  /** Drops what is there, so that a producer waiting for room goes on. */
  discard(): void {
    this.head = Atomics.load(this.control, Control.frameTail)
    Atomics.store(this.control, Control.frameHead, this.head)
    Atomics.notify(this.control, Control.frameHead)
  }

  private copy(size: number): Uint8Array {
    const at = (this.head >>> 0) % this.bytes.length
    const copy = new Uint8Array(size)
    const untilEnd = Math.min(size, this.bytes.length - at)
    copy.set(this.bytes.subarray(at, at + untilEnd))
    if (untilEnd < size) copy.set(this.bytes.subarray(0, size - untilEnd), untilEnd)
    this.head = (this.head + size) | 0
    return copy
  }
}
