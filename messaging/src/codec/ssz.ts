import type { Type } from '@chainsafe/ssz'
import { sameBytes } from '@parley/protocol/light'
import { invalid } from '../faults.ts'

/** Decodes SSZ that has one form only. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeExactly<T>(type: Type<T>, bytes: Uint8Array, field: string): T {
  let value: T
  try {
    value = type.deserialize(bytes)
  } catch (cause) {
    throw invalid(field, 'cannot be decoded', cause)
  }
  if (!sameBytes(type.serialize(value), bytes)) throw invalid(field, 'is not in its one form')
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** A text that is UTF-8. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeText(bytes: Uint8Array, field: string): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw invalid(field, 'is not UTF-8', cause)
  }
}

/** A text's bytes, at most so many. @throws {MessagingError} `FRAME_INVALID`. */
export function encodeText(text: string, maximum: number, field: string): Uint8Array {
  return bounded(encoder.encode(text), maximum, field)
}

/** @throws {MessagingError} `FRAME_INVALID`. */
export function bounded(bytes: Uint8Array, maximum: number, field: string): Uint8Array {
  if (bytes.length > maximum) throw invalid(field, `${bytes.length} bytes are more than ${maximum}`)
  return bytes
}
