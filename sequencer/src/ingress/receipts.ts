import type { Outcome } from '@parley/execution'
import {
  messageReceiptBytes,
  type RefusalField,
  refusalField,
  refusalNumbers,
  type TransitionFault,
} from '@parley/protocol'

/** What a receipt says beside the refusal, or 0 where there is nothing to say. */
function refusalValue(fault: TransitionFault): bigint {
  const field = refusalField(fault.code)
  return field === undefined
    ? 0n
    : BigInt((fault as { readonly [field in RefusalField]?: bigint | number })[field] ?? 0)
}

/** A block number in halves of 32 bits, as receipts are written. */
export interface BlockHalves {
  readonly low: number
  readonly high: number
}

export function halvesOf(block: bigint): BlockHalves {
  return { low: Number(block & 0xffff_ffffn), high: Number(block >> 32n) }
}

/**
 * Receipts of a request in the form they are answered in: refusal uint8, block uint64, value uint64, little-endian as SSZ has it.
 * They are written as outcomes come, without an object an entry; only faults are kept beside.
 */
export class Receipts {
  readonly bytes: Buffer
  /** Entries refused for a signature that does not hold. */
  junk = 0
  private faults: Map<number, TransitionFault> | undefined

  constructor(entries: number) {
    this.bytes = Buffer.allocUnsafe(entries * messageReceiptBytes)
  }

  get entries(): number {
    return this.bytes.length / messageReceiptBytes
  }

  accept(entry: number, block: BlockHalves, positionLow: number, positionHigh: number): void {
    const { bytes } = this
    const at = entry * messageReceiptBytes
    bytes[at] = 0
    bytes.writeUInt32LE(block.low, at + 1)
    bytes.writeUInt32LE(block.high, at + 5)
    bytes.writeUInt32LE(positionLow, at + 9)
    bytes.writeUInt32LE(positionHigh, at + 13)
  }

  refuse(entry: number, fault: TransitionFault): void {
    const at = entry * messageReceiptBytes
    this.bytes[at] = refusalNumbers[fault.code]
    this.bytes.writeBigUInt64LE(0n, at + 1)
    this.bytes.writeBigUInt64LE(refusalValue(fault), at + 9)
    this.faults ??= new Map()
    this.faults.set(entry, fault)
    if (fault.code === 'SIGNATURE_INVALID') this.junk += 1
  }

  outcome(entry: number): Outcome {
    const fault = this.faults?.get(entry)
    if (fault !== undefined) return { accepted: false, fault }
    const at = entry * messageReceiptBytes
    return {
      accepted: true,
      block: this.bytes.readBigUInt64LE(at + 1),
      position: this.bytes.readBigUInt64LE(at + 9),
    }
  }

  outcomes(): Outcome[] {
    return Array.from({ length: this.entries }, (_, entry) => this.outcome(entry))
  }
}
