import { sha384 } from '@noble/hashes/sha2.js'

/** RSA-2048 and SHA-384 with a salt of 48 bytes, as RFC 9578 has it. */
export const rsaBytes = 256
const hashBytes = 48
const saltBytes = 48

/** An RSA public key. */
export interface RsaPublicKey {
  readonly n: bigint
  readonly e: bigint
}

/** A message that is blinded, and what takes the blinding off its signature. */
export interface Blinded {
  readonly blinded: Uint8Array
  readonly inverse: bigint
}

export type Random = (bytes: number) => Uint8Array

const numberOf = (bytes: Uint8Array): bigint => {
  let text = '0x0'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return BigInt(text)
}

function bytesOf(value: bigint): Uint8Array {
  const text = value.toString(16).padStart(2 * rsaBytes, '0')
  return Uint8Array.from({ length: rsaBytes }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** Undefined when there is none. */
function inverseOf(value: bigint, modulus: bigint): bigint | undefined {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n]
  while (b > 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  if (a !== 1n) return undefined
  return x < 0n ? x + modulus : x
}

function mask(seed: Uint8Array, bytes: number): Uint8Array {
  const made = new Uint8Array(Math.ceil(bytes / hashBytes) * hashBytes)
  const block = new Uint8Array(seed.length + 4)
  block.set(seed)
  for (let counter = 0; counter * hashBytes < bytes; counter += 1) {
    new DataView(block.buffer).setUint32(seed.length, counter)
    made.set(sha384(block), counter * hashBytes)
  }
  return made.subarray(0, bytes)
}

/** EMSA-PSS with SHA-384 for a modulus of 2,048 bits. @see https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1 */
function encode(message: Uint8Array, salt: Uint8Array): Uint8Array {
  const hashed = new Uint8Array(8 + hashBytes + saltBytes)
  hashed.set(sha384(message), 8)
  hashed.set(salt, 8 + hashBytes)
  const digest = sha384(hashed)
  const maskedBytes = rsaBytes - hashBytes - 1
  const encoded = new Uint8Array(rsaBytes)
  encoded[maskedBytes - saltBytes - 1] = 1
  encoded.set(salt, maskedBytes - saltBytes)
  for (const [i, byte] of mask(digest, maskedBytes).entries()) encoded[i] = (encoded[i] as number) ^ byte
  // The modulus has 2,048 bits, and what is signed one fewer.
  encoded[0] = (encoded[0] as number) & 0x7f
  encoded.set(digest, maskedBytes)
  encoded[rsaBytes - 1] = 0xbc
  return encoded
}

/** RSABSSA-SHA384-PSS-Deterministic, blinding. @see https://www.rfc-editor.org/rfc/rfc9474#section-4.2 */
export function blind({ n, e }: RsaPublicKey, message: Uint8Array, random: Random): Blinded {
  const encoded = numberOf(encode(message, random(saltBytes)))
  for (;;) {
    const factor = numberOf(random(rsaBytes))
    const inverse = factor > 0n && factor < n ? inverseOf(factor, n) : undefined
    if (inverse !== undefined) return { blinded: bytesOf((encoded * power(factor, e, n)) % n), inverse }
  }
}

/** Takes the blinding off; undefined unless what comes out is a signature of the message. */
export function finalize(
  key: RsaPublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  inverse: bigint,
): Uint8Array | undefined {
  if (signature.length !== rsaBytes) return undefined
  const found = (numberOf(signature) * inverse) % key.n
  return isSigned(key, message, bytesOf(found)) ? bytesOf(found) : undefined
}

/** RSASSA-PSS with SHA-384 and a salt of 48 bytes. */
export function isSigned({ n, e }: RsaPublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const value = numberOf(signature)
  if (signature.length !== rsaBytes || value >= n) return false
  const encoded = bytesOf(power(value, e, n))
  const maskedBytes = rsaBytes - hashBytes - 1
  const digest = encoded.slice(maskedBytes, rsaBytes - 1)
  const data = encoded.slice(0, maskedBytes)
  for (const [i, byte] of mask(digest, maskedBytes).entries()) data[i] = (data[i] as number) ^ byte
  // Encoded again it must be the same: every byte that is not salt is looked at.
  const again = encode(message, data.slice(maskedBytes - saltBytes))
  return again.every((byte, i) => byte === encoded[i])
}
