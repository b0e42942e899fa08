import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { Bytes32 } from '../ssz/primitives.ts'

const { Fp } = secp256k1.Point

/**
 * What lets a contract find the point of a key without a square root: a y with y² = x³ + 7; where no point has this x, a y with
 * y² = −(x³ + 7), which shows just that. Zero for an x at or above the field's order, which needs none.
 */
export function keyHint(key: Bytes32): Bytes32 {
  const x = BigInt(`0x${Buffer.from(key).toString('hex')}`)
  if (x >= Fp.ORDER) return new Uint8Array(32)
  const square = Fp.add(Fp.mul(x, Fp.sqr(x)), 7n)
  return Fp.toBytes(isSquare(square) ? Fp.sqrt(square) : Fp.sqrt(Fp.neg(square)))
}

function isSquare(value: bigint): boolean {
  return Fp.eql(Fp.pow(value, (Fp.ORDER - 1n) / 2n), Fp.ONE)
}
