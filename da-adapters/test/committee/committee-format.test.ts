import { createHash } from 'node:crypto'
import { DaError } from '@parley/protocol'
import fc from 'fast-check'
import { bytesToHex, hexToBytes, recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { chunkRoot, chunksIn, pathLength, proveChunk, rootOfChunk } from '../../src/committee/chunks.ts'
import { decodeCommitteePointer, encodeCommitteePointer, membersIn } from '../../src/committee/pointer.ts'
import { compactSignature, signerOf } from '../../src/committee/signatures.ts'
import {
  attestationDigest,
  attestationTypedData,
  committeeMark,
  storeDigest,
  storeTypedData,
} from '../../src/committee/typed-data.ts'

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** By the words of the specification, top down. */
function plainRoot(bytes: Uint8Array): Uint8Array {
  const chunks = Math.ceil(bytes.length / 1024)
  let width = 1
  while (width < chunks) width *= 2
  const subtree = (first: number, size: number): Uint8Array => {
    if (size > 1) return sha256(Uint8Array.of(1), subtree(first, size / 2), subtree(first + size / 2, size / 2))
    if (first >= chunks) return Buffer.alloc(32)
    const chunk = Buffer.alloc(1024)
    chunk.set(bytes.subarray(first * 1024, first * 1024 + 1024))
    return sha256(Uint8Array.of(0, 0, 0, first >> 8, first & 255), chunk)
  }
  return Uint8Array.from(subtree(0, width))
}

const partLengths = [1, 1023, 1024, 1025, 2048, 2049, 3072, 5000, 8192, 8193, 262_145]
const sample = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255)

describe('committee chunks', () => {
  test.each(partLengths)('%i bytes › have the root of the specification, and each chunk leads to it', (length) => {
    const bytes = sample(length)
    const root = chunkRoot(bytes)
    expect(root).toEqual(plainRoot(bytes))
    for (const index of new Set([0, chunksIn(length) >> 1, chunksIn(length) - 1])) {
      const proof = proveChunk(bytes, index)
      expect(proof.path).toHaveLength(pathLength(length))
      expect(rootOfChunk(index, proof)).toEqual(root)
      if (chunksIn(length) > 1) expect(rootOfChunk(index ^ 1, proof)).not.toEqual(root)
    }
  })

  test('no byte, one too many, a chunk beyond the end › are refused', () => {
    expect(() => chunkRoot(new Uint8Array())).toThrow(RangeError)
    expect(() => chunkRoot(new Uint8Array(2 ** 24 + 1))).toThrow(RangeError)
    for (const index of [-1, 1, 0.5]) expect(() => proveChunk(sample(1024), index)).toThrow(RangeError)
  })
})

const member = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const instance = { chainId: 901n, committee: new Uint8Array(20).fill(7) }
const parts = [
  { chunkRoot: chunkRoot(sample(5000)), length: 5000 },
  { chunkRoot: chunkRoot(sample(1024)), length: 1024 },
]
const attestation = { epoch: 3, expiresAt: 1_800_000_000n, parts }

describe('committee signatures', () => {
  test('a member’s › comes back from 64 bytes, of this chain and contract alone', async () => {
    const signature = compactSignature(await member.signTypedData(attestationTypedData(instance, attestation)))
    expect(signature).toHaveLength(64)
    expect(await signerOf(attestationDigest(instance, attestation), signature)).toEqual(hexToBytes(member.address))
    const others = [
      attestationDigest({ ...instance, chainId: 902n }, attestation),
      attestationDigest({ ...instance, committee: new Uint8Array(20).fill(8) }, attestation),
      attestationDigest(instance, { ...attestation, epoch: 4 }),
      attestationDigest(instance, { ...attestation, expiresAt: 1_800_000_001n }),
      attestationDigest(instance, { ...attestation, parts: parts.slice(0, 1) }),
      attestationDigest(instance, { ...attestation, parts: [...parts].reverse() }),
      storeDigest(instance, { ...attestation, deadline: 0n }),
    ]
    for (const digest of others) expect(await signerOf(digest, signature)).not.toEqual(hexToBytes(member.address))
  })

  test('a high s, zeros, a wrong length › are nobody’s', async () => {
    const digest = attestationDigest(instance, attestation)
    const signature = compactSignature(await member.signTypedData(attestationTypedData(instance, attestation)))
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = BigInt(bytesToHex(signature.slice(32))) & ((1n << 255n) - 1n)
    // Beyond 255 bits there is no room for the parity, so most high values of s cannot even be written down.
    const high = order / 2n + 1n
    expect(s).toBeLessThan(high)
    for (const wrong of [high, order - 2n ** 255n + s]) {
      const changed = Uint8Array.from(signature)
      changed.set(hexToBytes(`0x${wrong.toString(16).padStart(64, '0')}`), 32)
      expect(await signerOf(digest, changed)).not.toEqual(hexToBytes(member.address))
    }
    expect(await signerOf(digest, new Uint8Array(64))).toBeUndefined()
    expect(await signerOf(digest, signature.slice(1))).toBeUndefined()
  })

  test('an authority › is what the claimer signed', async () => {
    const authority = { ...attestation, deadline: 1_800_000_500n }
    const typed = storeTypedData(instance, authority)
    const signature = await member.signTypedData(typed)
    expect(await recoverTypedDataAddress({ ...typed, signature })).toBe(member.address)
    expect(await signerOf(storeDigest(instance, authority), compactSignature(signature))).toEqual(
      hexToBytes(member.address),
    )
  })
})

const signed = [1, 2, 3].map((value) => new Uint8Array(64).fill(value))
const certificate = {
  ...attestation,
  mark: committeeMark(instance),
  scheme: 1 as const,
  mask: 0b1011,
  signatures: signed,
}
const bounds = { mark: certificate.mark, maxBytes: 7 * 1024 * 1024 }

function faultOf(bytes: Uint8Array): unknown {
  try {
    decodeCommitteePointer(bytes, bounds)
  } catch (error) {
    return error instanceof DaError ? error.fault : error
  }
  return 'none'
}

describe('committee pointer', () => {
  test('of two parts and three signatures › has 288 bytes and comes back', () => {
    expect(membersIn(0b1011)).toEqual([0, 1, 3])
    for (const part of [0, 1]) {
      const pointer = encodeCommitteePointer({ part, certificate })
      expect(pointer).toHaveLength(288)
      expect(decodeCommitteePointer(pointer, bounds)).toEqual({ part, certificate })
    }
  })

  test('any shape › comes back', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    const shape = fc.record({
      epoch: fc.nat(2 ** 31),
      expiresAt: fc.bigInt(0n, 2n ** 64n - 1n),
      mask: fc.integer({ min: 1, max: 65_535 }),
      parts: fc.array(fc.record({ chunkRoot: bytes(32), length: fc.integer({ min: 1, max: bounds.maxBytes }) }), {
        minLength: 1,
        maxLength: 2,
      }),
      seed: bytes(64),
    })
    fc.assert(
      fc.property(shape, ({ seed, ...rest }) => {
        const signatures = membersIn(rest.mask).map((i) => seed.map((byte) => byte ^ i))
        const full = { ...rest, mark: bounds.mark, scheme: 1 as const, signatures }
        const pointer = { part: rest.parts.length - 1, certificate: full }
        expect(decodeCommitteePointer(encodeCommitteePointer(pointer), bounds)).toEqual(pointer)
      }),
      { numRuns: 100 },
    )
  })

  test('every single-bit change › is refused, or names the same part by the same root, another root or length', () => {
    const own = encodeCommitteePointer({ part: 0, certificate })
    let refused = 0
    for (let bit = 0; bit < own.length * 8; bit++) {
      const changed = Uint8Array.from(own)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const fault = faultOf(changed)
      if (fault === 'none') {
        const read = decodeCommitteePointer(changed, bounds)
        expect(read.part).toBe(0)
        expect(encodeCommitteePointer(read)).toEqual(changed)
        continue
      }
      refused++
      expect(fault).toMatchObject({ code: 'DA_POINTER_INVALID', layer: 'committee' })
    }
    // Version, part, mark, scheme, mask and count whole; of each length what is beyond 7 MiB.
    expect(refused).toBeGreaterThanOrEqual(8 * (1 + 1 + 4 + 1 + 4 + 1) + 2 * 8)
  })

  test.each([
    ['of another committee', { mark: new Uint8Array(4) }, 'is of another committee'],
    ['of nobody', { mask: 0, signatures: [] }, 'has mask 0, allowed are 1 to 65535'],
    ['of a seventeenth member', { mask: 0x10003 }, 'has mask 65539, allowed are 1 to 65535'],
    ['without a part', { parts: [] }, 'names 0 parts, allowed are 1 to 2'],
    [
      'of an empty part',
      { parts: [{ chunkRoot: new Uint8Array(32), length: 0 }] },
      'names a part of 0 bytes, allowed are 1 to 7340032',
    ],
    [
      'with a signature too few',
      { signatures: signed.slice(1) },
      'has 224 bytes, not the 288 of 2 parts and 3 signatures',
    ],
  ])('one %s › is refused with the reason', (_, change, reason) => {
    expect(faultOf(encodeCommitteePointer({ part: 0, certificate: { ...certificate, ...change } }))).toMatchObject({
      reason,
    })
  })

  test('the second part of a certificate of one › is refused', () => {
    const pointer = encodeCommitteePointer({ part: 1, certificate: { ...certificate, parts: parts.slice(0, 1) } })
    expect(faultOf(pointer)).toMatchObject({ reason: 'is of part 2, in a certificate of 1' })
  })
})
