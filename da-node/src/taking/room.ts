import { toHex } from '@parley/protocol'
import { DaNodeError } from '../faults.ts'
import type { PartStore } from '../store/part-store.ts'

export interface RoomDeps {
  readonly store: Pick<PartStore, 'usage'>
  /** Bytes free on the disk. */
  readonly diskFree: () => Promise<number>
}

export interface RoomBounds {
  readonly maxStoredBytes: number
  readonly minFreeBytes: number
  readonly claimerBytesPerDay: number
  readonly claimerOpenBytes: number
}

/** A whole hour: so coarsely is counted. */
const retryAfterMs = 3_600_000

/** Room on the disk and within the claimers' shares, reserved before a body is read. */
export class Room {
  private readonly deps: RoomDeps
  private readonly bounds: RoomBounds
  private readonly reserved = new Map<string, number>()
  private reservedBytes = 0

  constructor(deps: RoomDeps, bounds: RoomBounds) {
    this.deps = deps
    this.bounds = bounds
  }

  /** Bytes that may still be stored. */
  async free(): Promise<number> {
    const { maxStoredBytes, minFreeBytes } = this.bounds
    const ofDisk = (await this.deps.diskFree()) - minFreeBytes
    return Math.max(0, Math.min(ofDisk, maxStoredBytes - this.deps.store.usage.bytes) - this.reservedBytes)
  }

  /**
   * Reserves room for one part until what it gives is called.
   * @param time - Seconds of the L2.
   * @throws {DaNodeError} `CLAIMER_QUOTA`, `DISK_FULL`.
   */
  async reserve(claimer: Uint8Array, bytes: number, time: bigint): Promise<() => void> {
    const free = await this.free()
    if (bytes > free) throw new DaNodeError({ code: 'DISK_FULL', bytes, free })
    const { usage } = this.deps.store
    const key = toHex(claimer)
    const under = this.reserved.get(key) ?? 0
    const shares = [
      ['bytes a day', usage.today(claimer, time), this.bounds.claimerBytesPerDay],
      ['open bytes', usage.open(claimer), this.bounds.claimerOpenBytes],
    ] as const
    for (const [what, used, maximum] of shares)
      if (used + under + bytes > maximum)
        throw new DaNodeError({ code: 'CLAIMER_QUOTA', what, bytes: used + under, maximum, retryAfterMs })
    this.add(key, bytes)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.add(key, -bytes)
    }
  }

  private add(key: string, bytes: number): void {
    this.reservedBytes += bytes
    const left = (this.reserved.get(key) ?? 0) + bytes
    if (left > 0) this.reserved.set(key, left)
    else this.reserved.delete(key)
  }
}
