import { joinBytes } from '@parley/protocol/light'
import type { Random } from '../keys/installation.ts'

const nonceBytes = 12

const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes)

/** AES-256-GCM under a key of 32 bytes: header ‖ nonce ‖ ciphertext. The header is bound and stays readable. */
export async function sealUnder(
  secret: Uint8Array,
  header: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  const iv = owned(random(nonceBytes))
  const key = await crypto.subtle.importKey('raw', owned(secret), 'AES-GCM', false, ['encrypt'])
  const algorithm = { name: 'AES-GCM', iv, additionalData: owned(header) }
  const sealed = await crypto.subtle.encrypt(algorithm, key, owned(plaintext))
  return joinBytes([header, iv, new Uint8Array(sealed)])
}

/** The inverse of {@link sealUnder}; undefined when the key is another one, or a byte is. @param headerBytes - Of its header. */
export async function openUnder(
  secret: Uint8Array,
  headerBytes: number,
  bytes: Uint8Array,
): Promise<Uint8Array | undefined> {
  const iv = owned(bytes.subarray(headerBytes, headerBytes + nonceBytes))
  const key = await crypto.subtle.importKey('raw', owned(secret), 'AES-GCM', false, ['decrypt'])
  const algorithm = { name: 'AES-GCM', iv, additionalData: owned(bytes.subarray(0, headerBytes)) }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, owned(bytes.subarray(headerBytes + nonceBytes))))
  } catch {
    // WebCrypto says no more than that it does not open.
    return undefined
  }
}
