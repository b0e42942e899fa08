import type { Type } from '@chainsafe/ssz'
import { sameBytes } from '@parley/protocol/light'

/** Decodes SSZ that has one form only. @param invalid - Makes the fault. */
export function decodeExactly<T>(
  type: Type<T>,
  bytes: Uint8Array,
  invalid: (reason: string, cause?: unknown) => Error,
): T {
  let value: T
  try {
    value = type.deserialize(bytes)
  } catch (cause) {
    throw invalid('SSZ of its type', cause)
  }
  if (!sameBytes(type.serialize(value), bytes)) throw invalid('SSZ in its one form')
  return value
}
