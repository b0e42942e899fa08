import { hash } from 'node:crypto'

/** Bytes that follow from a seed and a path of labels alone: 32 a call. */
export type Derive = (...path: readonly (string | number)[]) => Uint8Array

/** Makes the derivation of a run; different paths give unrelated bytes. @param seed - Any text; secret if keys hang on it. */
export function deriveFrom(seed: string): Derive {
  return (...path) => hash('sha256', JSON.stringify(['parley/derive/1', seed, ...path]), 'buffer')
}

/** Order of secp256k1. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** 32 bytes that are a scalar of secp256k1. */
export function deriveScalar(derive: Derive, ...path: readonly (string | number)[]): Uint8Array {
  for (let attempt = 0; ; attempt += 1) {
    const bytes = derive(...path, attempt)
    const scalar = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
    if (scalar > 0n && scalar < order) return bytes
  }
}

/** A stream of numbers that follows from a derivation alone. Not for secrets. */
export interface RandomStream {
  /** Uniform, 0 to below 1, of 2^48 values. */
  unit(): number
  /** Uniform whole number, 0 to below `bound`. */
  below(bound: number): number
  /** Normally distributed with mean 0 and deviation 1. */
  normal(): number
}

export function randomStream(derive: Derive, label: string): RandomStream {
  let block = new Uint8Array(0)
  let offset = 0
  let count = 0
  const unit = (): number => {
    if (offset + 6 > block.length) {
      block = derive(label, count) as Uint8Array<ArrayBuffer>
      count += 1
      offset = 0
    }
    const view = new DataView(block.buffer, block.byteOffset + offset, 6)
    offset += 6
    return (view.getUint32(0) * 0x1_0000 + view.getUint16(4)) / 2 ** 48
  }
  return {
    unit,
    below: (bound) => Math.floor(unit() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  }
}
