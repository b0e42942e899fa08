import { sha256 } from '@noble/hashes/sha2.js'
import type { Bytes32 } from '@parley/protocol/light'

/** What a content is named by: SHA-256 of all of it. */
export function contentDigest(content: Uint8Array): Bytes32 {
  return sha256(content)
}

const ackTag = new TextEncoder().encode('parley/ack/1')
const tagBytes = 16

/** What a reader signs to acknowledge a content: the tag, zero-padded to 16 bytes, and the digest. */
export function ackedBytes(digest: Bytes32): Uint8Array {
  const bytes = new Uint8Array(tagBytes + digest.length)
  bytes.set(ackTag)
  bytes.set(digest, tagBytes)
  return bytes
}

/** What a sender leaves with a content for a reader: it tells the reader's key to nobody. */
export function ackCommitment(ackKey: Bytes32, digest: Bytes32): Bytes32 {
  const bytes = new Uint8Array(ackKey.length + digest.length)
  bytes.set(ackKey)
  bytes.set(digest, ackKey.length)
  return sha256(bytes)
}
