import { type Bytes32, type Millis, millis, toHex } from '@parley/protocol/light'
import { frameDigest } from '../codec/frame.ts'
import type { Contents, Kept } from '../ports/contents.ts'

/** Frames in memory, for tests and simulations: what was put is there until it is withheld. */
export class MemoryContents implements Contents {
  readonly frames = new Map<string, Uint8Array>()
  /** Digests that are not given out, as by a store that withholds them. */
  readonly withheld = new Set<string>()
  private readonly retainUntil: Millis

  constructor(retainUntil: Millis = millis(2n ** 63n)) {
    this.retainUntil = retainUntil
  }

  async put(frame: Uint8Array): Promise<Kept> {
    this.frames.set(toHex(frameDigest(frame)), frame)
    return { retainUntil: this.retainUntil }
  }

  async get(digest: Bytes32): Promise<Uint8Array | undefined> {
    const name = toHex(digest)
    return this.withheld.has(name) ? undefined : this.frames.get(name)
  }

  async has(digest: Bytes32): Promise<boolean> {
    return (await this.get(digest)) !== undefined
  }

  async ack(): Promise<void> {
    // Frames stay: nothing here is ever short of room.
  }
}
