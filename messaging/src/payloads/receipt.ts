import { ContainerType } from '@chainsafe/ssz'
import { Uint64Type } from '@parley/protocol/light'
import type { Draft } from '../codec/payload.ts'
import { decodeExactly } from '../codec/ssz.ts'

const ReceiptType = new ContainerType({ position: Uint64Type }, { typeName: 'Receipt' })

/** The body of `receipt/1`: everything up to the message at this position was read. */
export interface Receipt {
  readonly position: bigint
}

/** Says to the others what was read. They learn it by this alone. */
export function receipt(position: bigint): Draft {
  return { type: 'receipt/1', body: encodeReceipt({ position }), fallback: '' }
}

export function encodeReceipt(value: Receipt): Uint8Array {
  return ReceiptType.serialize(value)
}

/** The inverse of {@link encodeReceipt}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  return decodeExactly(ReceiptType, bytes, 'receipt')
}
