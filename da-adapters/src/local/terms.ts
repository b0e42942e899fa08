import type { DaLimits, DaReceipt } from '@parley/protocol'
import { nothing } from '../amounts.ts'
import { encodeLocalPointer } from './pointer.ts'

/** Files are kept until somebody deletes them, as many as the disk holds. */
export function localLimits(maxBytes: number): DaLimits {
  return { maxBytes, retentionSeconds: Number.POSITIVE_INFINITY, maxInFlight: Number.POSITIVE_INFINITY, unitBytes: 1 }
}

export function receiptOf(digest: Uint8Array, length: number): DaReceipt {
  return { pointer: encodeLocalPointer({ digest, length }), height: 0n, cost: nothing }
}
