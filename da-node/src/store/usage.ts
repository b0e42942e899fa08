import { toHex } from '@parley/protocol'

const hour = 3_600n
const hoursOfDay = 24n

interface Used {
  /** Bytes stored now. */
  open: number
  /** Bytes stored by the hour. */
  readonly hours: Map<bigint, number>
}

/** Who stored how much. Claimers are few: the contract names them. */
export class Usage {
  private readonly by = new Map<string, Used>()
  private bytesStored = 0
  private partsStored = 0

  get bytes(): number {
    return this.bytesStored
  }

  get parts(): number {
    return this.partsStored
  }

  open(claimer: Uint8Array): number {
    return this.by.get(toHex(claimer))?.open ?? 0
  }

  /** Bytes stored within 24 hours before `time`, rounded up to whole hours. */
  today(claimer: Uint8Array, time: bigint): number {
    const used = this.by.get(toHex(claimer))
    if (used === undefined) return 0
    const first = time / hour - hoursOfDay
    for (const at of used.hours.keys()) if (at < first) used.hours.delete(at)
    return [...used.hours.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  /** @param storedAt - Seconds of the L2. */
  stored(claimer: Uint8Array, bytes: number, storedAt: bigint): void {
    const used = this.of(claimer)
    const at = storedAt / hour
    used.hours.set(at, (used.hours.get(at) ?? 0) + bytes)
    this.hold(claimer, bytes)
  }

  expired(claimer: Uint8Array, bytes: number): void {
    this.of(claimer).open -= bytes
    this.bytesStored -= bytes
    this.partsStored -= 1
  }

  /** A part that is kept for somebody else from now on. */
  moved(from: Uint8Array, to: Uint8Array, bytes: number): void {
    this.of(from).open -= bytes
    this.of(to).open += bytes
  }

  private hold(claimer: Uint8Array, bytes: number): void {
    this.of(claimer).open += bytes
    this.bytesStored += bytes
    this.partsStored += 1
  }

  private of(claimer: Uint8Array): Used {
    const key = toHex(claimer)
    const used = this.by.get(key) ?? { open: 0, hours: new Map() }
    this.by.set(key, used)
    return used
  }
}
