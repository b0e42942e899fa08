import {
  bytesToHex,
  type Hex,
  hexToBytes,
  numberToHex,
  parseSignature,
  recoverAddress,
  serializeCompactSignature,
  signatureToCompactSignature,
} from 'viem'

/** Bytes of a signature of scheme 1: r, then s with the parity in its highest bit (EIP-2098). */
export const compactBytes = 64

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const parityBit = 1n << 255n

/** An account's signature of 65 bytes in 64. */
export function compactSignature(signature: Hex): Uint8Array {
  return hexToBytes(serializeCompactSignature(signatureToCompactSignature(parseSignature(signature))))
}

/** Address, 20 bytes, whose signature of the digest it is; undefined for bytes that are nobody's, a high s among them. */
export async function signerOf(digest: Uint8Array, compact: Uint8Array): Promise<Uint8Array | undefined> {
  if (compact.length !== compactBytes) return undefined
  const parityAndS = BigInt(bytesToHex(compact.subarray(32)))
  const s = parityAndS & ~parityBit
  if (s > order / 2n) return undefined
  const r = bytesToHex(compact.subarray(0, 32))
  const yParity = parityAndS === s ? 0 : 1
  try {
    return hexToBytes(
      await recoverAddress({
        hash: bytesToHex(digest),
        signature: { r, s: numberToHex(s, { size: 32 }), yParity },
      }),
    )
  } catch {
    // Thrown for zeros and for an r that is no point: nobody signed.
    return undefined
  }
}
