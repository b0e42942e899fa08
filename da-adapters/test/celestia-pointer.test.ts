import { DaError } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { celestiaNamespace } from '../src/celestia/namespace-of.ts'
import { chainMark, decodeCelestiaPointer, encodeCelestiaPointer } from '../src/celestia/pointer.ts'

const filled = (length: number, value: number) => new Uint8Array(length).fill(value)
const namespace = celestiaNamespace({ chainId: 901n, rollup: filled(20, 7) })
const pointer = {
  chain: chainMark('celestia'),
  height: 10_126_899n,
  namespace,
  blobs: [
    { commitment: filled(32, 1), length: 4_194_304 },
    { commitment: filled(32, 2), length: 1 },
  ],
  dataRoot: filled(32, 3),
  digest: filled(32, 4),
}
const bounds = { chain: pointer.chain, maxBytes: 7 * 1024 * 1024 }

function faultOf(bytes: Uint8Array): unknown {
  try {
    decodeCelestiaPointer(bytes, bounds)
  } catch (error) {
    return error instanceof DaError ? error.fault : error
  }
  return 'none'
}

describe('celestia pointer', () => {
  test('of one blob › has 143 bytes, of two 179, and comes back', () => {
    const one = { ...pointer, blobs: pointer.blobs.slice(0, 1) }
    expect(encodeCelestiaPointer(one)).toHaveLength(143)
    expect(encodeCelestiaPointer(pointer)).toHaveLength(179)
    for (const each of [one, pointer]) expect(decodeCelestiaPointer(encodeCelestiaPointer(each), bounds)).toEqual(each)
  })

  test('every single-bit change › is refused, or reads as another pointer', () => {
    const own = encodeCelestiaPointer(pointer)
    let refused = 0
    for (let bit = 0; bit < own.length * 8; bit++) {
      const changed = Uint8Array.from(own)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const fault = faultOf(changed)
      if (fault === 'none') {
        expect(encodeCelestiaPointer(decodeCelestiaPointer(changed, bounds))).toEqual(changed)
        continue
      }
      refused++
      expect(fault).toMatchObject({ code: 'DA_POINTER_INVALID', layer: 'celestia' })
    }
    // Version, chain, what is zero in a namespace and most of the lengths.
    expect(refused).toBeGreaterThan(200)
  })

  test('a pointer of another network, height 0 or too much › is refused with the reason', () => {
    const other = encodeCelestiaPointer({ ...pointer, chain: chainMark('mocha-4') })
    expect(faultOf(other)).toMatchObject({ reason: 'is of another network' })
    expect(faultOf(encodeCelestiaPointer({ ...pointer, height: 0n }))).toMatchObject({
      reason: 'height 0 is out of bounds',
    })
    const long = { ...pointer, blobs: pointer.blobs.map((blob) => ({ ...blob, length: 2 ** 23 })) }
    expect(faultOf(encodeCelestiaPointer(long))).toMatchObject({
      reason: 'names 16777216 bytes, allowed are 1 to 7340032',
    })
  })

  test('namespace › follows from chain and rollup, and is nobody’s of the protocol', () => {
    expect(Buffer.from(namespace).toString('hex')).toMatch(/^0{38}[0-9a-f]{20}$/)
    expect(celestiaNamespace({ chainId: 902n, rollup: filled(20, 7) })).not.toEqual(namespace)
    expect(celestiaNamespace({ chainId: 901n, rollup: filled(20, 8) })).not.toEqual(namespace)
  })
})
