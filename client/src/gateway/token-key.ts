import type { RsaPublicKey } from './blind-rsa.ts'

/** id-RSASSA-PSS, 1.2.840.113549.1.1.10. */
const pss = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a]
const modulusBits = 2_048

interface Element {
  readonly tag: number
  readonly value: Uint8Array
}

/** The elements of DER, one after the other; undefined unless they fill the bytes. */
function elementsOf(bytes: Uint8Array): Element[] | undefined {
  const elements: Element[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at] as number
    let length = bytes[at + 1] ?? 256
    let start = at + 2
    if (length > 128 && length <= 130) {
      const count = length - 128
      length = 0
      for (const byte of bytes.subarray(start, start + count)) length = 256 * length + byte
      start += count
    }
    if (start + length > bytes.length) return undefined
    elements.push({ tag, value: bytes.subarray(start, start + length) })
    at = start + length
  }
  return elements
}

/** The RSA key of 2,048 bits in a SubjectPublicKeyInfo for RSASSA-PSS; undefined when it is anything else. */
export function readTokenKey(spki: Uint8Array): RsaPublicKey | undefined {
  const [info, ...more] = elementsOf(spki) ?? []
  const [algorithm, key] = info?.tag === 0x30 && more.length === 0 ? (elementsOf(info.value) ?? []) : []
  const [id] = algorithm?.tag === 0x30 ? (elementsOf(algorithm.value) ?? []) : []
  if (id?.tag !== 0x06 || id.value.length !== pss.length || id.value.some((byte, i) => byte !== pss[i]))
    return undefined
  if (key?.tag !== 0x03 || key.value[0] !== 0) return undefined
  const [pair] = elementsOf(key.value.subarray(1)) ?? []
  const [modulus, exponent] = pair?.tag === 0x30 ? (elementsOf(pair.value) ?? []) : []
  if (modulus?.tag !== 0x02 || exponent?.tag !== 0x02) return undefined
  const n = numberOf(modulus.value)
  const e = numberOf(exponent.value)
  return n >> BigInt(modulusBits - 1) === 1n && (n & 1n) === 1n && e >= 3n && e < 2n ** 32n ? { n, e } : undefined
}

function numberOf(bytes: Uint8Array): bigint {
  let text = '0x0'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return BigInt(text)
}
