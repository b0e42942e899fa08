import { createPublicKey, verify } from 'node:crypto'
import type { Bytes32 } from '@parley/protocol'
import { ackedBytes } from '../digests.ts'

/** What stands before the 32 bytes of an Ed25519 key in DER. @see https://www.rfc-editor.org/rfc/rfc8410 */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Whether a signature acknowledges a content by a key. */
export function isAcked(digest: Bytes32, ackKey: Bytes32, signature: Uint8Array): boolean {
  if (ackKey.length !== 32 || signature.length !== 64) return false
  const key = createPublicKey({ key: Buffer.concat([derPrefix, ackKey]), format: 'der', type: 'spki' })
  return verify(undefined, ackedBytes(digest), key, signature)
}
