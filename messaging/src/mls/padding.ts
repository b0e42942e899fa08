import { messagingLimits } from '../limits.ts'

/** Bytes of a frame around what a PrivateMessage pads: headers, group id of 36 bytes, sender data and the tag. */
const overhead = 2 + 2 + 2 + (1 + 36) + 8 + 1 + 1 + (1 + 12 + 16) + 16
const tagBytes = 16
/** Bytes of a signature with its length. */
const signatureBytes = 2 + 64

/** Bytes of a length in MLS. */
const lengthBytes = (length: number): number => (length < 64 ? 1 : length < 16_384 ? 2 : 4)

/** Content bytes, padding among them, of a PrivateMessage whose frame has `frameBytes`. */
export function contentBytes(frameBytes: number): number {
  const rest = frameBytes - overhead
  // The ciphertext's length takes 2 bytes or 4: what is signed is never below 64.
  return rest - 2 + tagBytes < 16_384 ? rest - 2 : rest - 4
}

/** Length to which content is padded, so that its frame has one of the classes; undefined when it fits none. */
export function padUntil(bytes: number): number | undefined {
  return messagingLimits.frameClasses.map(contentBytes).find((padded) => padded >= bytes)
}

/** Bytes of what an application message encrypts, before padding. */
export function applicationBytes(plaintextBytes: number): number {
  return lengthBytes(plaintextBytes) + plaintextBytes + signatureBytes
}
