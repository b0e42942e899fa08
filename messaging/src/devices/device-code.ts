import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes20, joinBytes } from '@parley/protocol/light'

const tag = new Uint8Array(16)
tag.set(new TextEncoder().encode('parley/code/1'))
const digits = 12
const inGroup = 4

/**
 * What a person compares on two devices: 12 digits that name a device's two keys, as `1234 5678 9012`. Who has the wallet alone
 * would have to make some 10^12 pairs of keys to pass for the device.
 */
export function deviceCode(identity: Bytes20, installation: Uint8Array, fallback: Uint8Array): string {
  const hash = sha256(joinBytes([tag, identity, installation, fallback]))
  const number = new DataView(hash.buffer, hash.byteOffset, 8).getBigUint64(0) % 10n ** BigInt(digits)
  const text = number.toString().padStart(digits, '0')
  return text.match(new RegExp(`.{${inGroup}}`, 'g'))?.join(' ') ?? text
}

/** Codes as people type them: digits count, and nothing else. */
export function sameCode(a: string, b: string): boolean {
  return a.replaceAll(/\D/g, '') === b.replaceAll(/\D/g, '')
}
