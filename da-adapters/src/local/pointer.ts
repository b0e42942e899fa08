import { pointerInvalid } from '../fault.ts'

/** The layer's name in faults, logs and metrics. */
export const localLayer = 'local'

const version = 1
const digestBytes = 32
const pointerBytes = 1 + digestBytes + 4

/** What a pointer of the local layer says: version uint8 = 1 ‖ SHA-256 of the data ‖ length uint32, big-endian. */
export interface LocalPointer {
  readonly digest: Uint8Array
  /** Bytes of the data, at least 1. */
  readonly length: number
}

export function encodeLocalPointer({ digest, length }: LocalPointer): Uint8Array {
  const pointer = new Uint8Array(pointerBytes)
  pointer[0] = version
  pointer.set(digest, 1)
  new DataView(pointer.buffer).setUint32(1 + digestBytes, length)
  return pointer
}

/** @throws {DaError} `DA_POINTER_INVALID`. */
export function decodeLocalPointer(pointer: Uint8Array, maxBytes: number): LocalPointer {
  if (pointer.length !== pointerBytes)
    throw pointerInvalid(localLayer, pointer, `has ${pointer.length} bytes, not ${pointerBytes}`)
  if (pointer[0] !== version)
    throw pointerInvalid(localLayer, pointer, `has version ${pointer[0]}, only ${version} is known`)
  const view = new DataView(pointer.buffer, pointer.byteOffset, pointer.byteLength)
  const length = view.getUint32(1 + digestBytes)
  if (length === 0 || length > maxBytes)
    throw pointerInvalid(localLayer, pointer, `names ${length} bytes, allowed are 1 to ${maxBytes}`)
  return { digest: pointer.slice(1, 1 + digestBytes), length }
}
