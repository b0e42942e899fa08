import type { Bytes32 } from '@parley/protocol/light'
import type { Parameter } from './parameter.ts'

/** CIDv1, codec raw, hash sha2-256 of 32 bytes. */
const prefix = [0x01, 0x55, 0x12, 0x20]
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const bitsPerDigit = 5
const digits = Math.ceil((8 * (prefix.length + 32)) / bitsPerDigit)

/** Characters of the text of a CID, with its multibase prefix. */
const cidLength = 1 + digits

/** A digest as IPFS names its block: CIDv1, raw, sha2-256, base32 in lower case. @see https://github.com/multiformats/cid */
export function cidOf(digest: Bytes32): string {
  let text = 'b'
  let bits = 0
  let value = 0
  for (const byte of [...prefix, ...digest]) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= bitsPerDigit) {
      bits -= bitsPerDigit
      text += alphabet[(value >> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + alphabet[(value << (bitsPerDigit - bits)) & 31]
}

/** The digest of a CID as {@link cidOf} writes it; undefined for any other text. */
export function digestOfCid(text: string): Bytes32 | undefined {
  if (text.length !== cidLength || text[0] !== 'b') return undefined
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const digit of text.slice(1)) {
    const five = alphabet.indexOf(digit)
    if (five === -1) return undefined
    value = (value << bitsPerDigit) | five
    bits += bitsPerDigit
    if (bits < 8) continue
    bits -= 8
    bytes.push(value >> bits)
    value &= (1 << bits) - 1
  }
  const digest = Uint8Array.from(bytes.slice(prefix.length))
  // One form only: the bits left over are zero, and the prefix is this one.
  return cidOf(digest) === text ? digest : undefined
}

/** A digest in a path, as a CID. */
export function cidParameter(description: string): Parameter<Bytes32> {
  return {
    description,
    schema: { type: 'string', pattern: '^bafkrei[a-z2-7]{52}$' },
    expected: 'a CIDv1 of a raw block, sha2-256, in lower-case base32',
    parse: digestOfCid,
    format: cidOf,
  }
}
