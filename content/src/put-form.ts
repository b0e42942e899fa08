import type { Bytes32 } from '@parley/protocol/light'
import { contentClasses, type PutOptions } from './contents.ts'
import { invalid } from './faults.ts'
import { contentLimits } from './limits.ts'

const digestBytes = 32
const headBytes = 2

/** Bytes of the longest body that stores a content. */
export const maxPutBytes = headBytes + contentLimits.acks * digestBytes + contentLimits.bytes

/** A content with what goes with it. */
export interface Put {
  readonly content: Uint8Array
  readonly options: PutOptions
}

/** `class uint8 ‖ count uint8 ‖ commitments[32] ‖ content`. @throws {ContentError} `CONTENT_INVALID`. @see docs/spec/content.md#storing */
export function encodePut({ content, options }: Put): Uint8Array {
  assertPut({ content, options })
  const bytes = new Uint8Array(headBytes + options.acks.length * digestBytes + content.length)
  bytes[0] = contentClasses.indexOf(options.class)
  bytes[1] = options.acks.length
  for (const [i, ack] of options.acks.entries()) bytes.set(ack, headBytes + i * digestBytes)
  bytes.set(content, headBytes + options.acks.length * digestBytes)
  return bytes
}

/** The inverse of {@link encodePut}. @throws {ContentError} `CONTENT_INVALID`. */
export function decodePut(bytes: Uint8Array): Put {
  const [number = contentClasses.length, count = 0] = bytes
  const named = contentClasses[number]
  if (named === undefined) throw invalid('class', `0 to ${contentClasses.length - 1}`)
  if (count > contentLimits.acks) throw invalid('acks', `0 to ${contentLimits.acks} commitments`)
  const start = headBytes + count * digestBytes
  const acks = Array.from({ length: count }, (_, i) =>
    bytes.subarray(headBytes + i * digestBytes, headBytes + (i + 1) * digestBytes),
  )
  const put = { content: bytes.subarray(start), options: { class: named, acks } }
  assertPut(put)
  return put
}

/** Whether a content and what goes with it may be stored. @throws {ContentError} `CONTENT_INVALID`. */
export function assertPut({ content, options }: Put): void {
  if (content.length < 1 || content.length > contentLimits.bytes)
    throw invalid('content', `1 to ${contentLimits.bytes} bytes`)
  if (!contentClasses.includes(options.class)) throw invalid('class', contentClasses.join(' or '))
  if (options.acks.length > contentLimits.acks || options.acks.some(({ length }) => length !== digestBytes))
    throw invalid('acks', `0 to ${contentLimits.acks} commitments of ${digestBytes} bytes`)
}

/** Bytes of an acknowledgement: key and signature. */
export const ackBytes = 96

export interface Ack {
  readonly ackKey: Bytes32
  readonly signature: Uint8Array
}

export function encodeAck({ ackKey, signature }: Ack): Uint8Array {
  const bytes = new Uint8Array(ackBytes)
  bytes.set(ackKey)
  bytes.set(signature, digestBytes)
  return bytes
}

/** @param bytes - {@link ackBytes} of them. */
export function decodeAck(bytes: Uint8Array): Ack {
  return { ackKey: bytes.subarray(0, digestBytes), signature: bytes.subarray(digestBytes) }
}
