import { memberKey, ownerAddress, portableVerifier, signDigest, signDigestRecoverable } from '@parley/protocol'
import { signatureVerifierCompliance } from '@parley/protocol/compliance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseVerifier, createNativeSigner, createPortableVerifier, type NativeVerifier } from '../src/index.ts'
import { findSystemLibrary } from '../src/signatures/system-library.ts'
import { digestOf } from './support/identities.ts'

const signer = createNativeSigner()
const digest = digestOf('digest')
const { key, secret } = memberKey(digestOf('somebody'))
const owner = ownerAddress(digestOf('an owner'))
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const order = bytes('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')

function join(r: Uint8Array, s: Uint8Array): Uint8Array {
  return new Uint8Array([...r, ...s])
}

function negated(s: Uint8Array): Uint8Array {
  const value = BigInt(`0x${Buffer.from(order).toString('hex')}`) - BigInt(`0x${Buffer.from(s).toString('hex')}`)
  return bytes(value.toString(16).padStart(64, '0'))
}

const good = signDigest(secret, digest)
const [r, s] = [good.slice(0, 32), good.slice(32)]
const zero = new Uint8Array(32)

const malformed: readonly { why: string; signature: Uint8Array }[] = [
  { why: 'r is 0', signature: join(zero, s) },
  { why: 's is 0', signature: join(r, zero) },
  { why: 'r is the order', signature: join(order, s) },
  { why: 's is the order', signature: join(r, order) },
  { why: 'all ones', signature: new Uint8Array(64).fill(0xff) },
  { why: 's is high', signature: join(r, negated(s)) },
  { why: '63 bytes', signature: good.subarray(1) },
  { why: '65 bytes', signature: new Uint8Array([...good, 0]) },
  { why: 'empty', signature: new Uint8Array(0) },
]

const offCurve = bytes('0000000000000000000000000000000000000000000000000000000000000005')
const strangeKeys: readonly { why: string; key: Uint8Array }[] = [
  { why: 'x off the curve', key: offCurve },
  { why: 'x is 0', key: zero },
  { why: 'x beyond the field', key: new Uint8Array(32).fill(0xff) },
  { why: '31 bytes', key: key.subarray(1) },
]

describe.each([createPortableVerifier(), chooseVerifier('auto')])('$name', (verifier: NativeVerifier) => {
  for (const { name, run } of signatureVerifierCompliance(verifier)) test(name, run)

  test('verifyMember › takes what the reference signs', () => {
    expect(verifier.verifyMember(key, digest, good)).toBe(true)
    expect(verifier.verifyMember(key, digestOf('other'), good)).toBe(false)
  })

  test.each(malformed)('verifyMember › refuses a signature: $why', ({ signature }) => {
    expect(verifier.verifyMember(key, digest, signature)).toBe(false)
    expect(portableVerifier.verifyMember(key, digest, signature)).toBe(false)
  })

  test.each(strangeKeys)('verifyMember › refuses a key: $why', ({ key: strange }) => {
    const point = new Uint8Array(65)
    expect(verifier.verifyMember(strange, digest, good)).toBe(false)
    expect(verifier.expandKey(strange, point)).toBe(false)
  })

  test('verifyMember › refuses a digest that is not 32 bytes', () => {
    expect(verifier.verifyMember(key, digest.subarray(1), good)).toBe(false)
  })

  test('verifyPoint › agrees with verifyMember for the even y that expandKey finds', () => {
    const point = new Uint8Array(65)
    expect(verifier.expandKey(key, point)).toBe(true)
    expect([point[0], (point[64] as number) & 1]).toEqual([4, 0])
    expect(point.subarray(1, 33)).toEqual(key)
    expect(verifier.verifyPoint(point, digest, good)).toBe(true)
    expect(verifier.verifyPoint(point, digestOf('other'), good)).toBe(false)
    for (const { signature } of malformed) expect(verifier.verifyPoint(point, digest, signature)).toBe(false)
    for (const strange of [point.subarray(1), new Uint8Array([...point, 0]), new Uint8Array(65), new Uint8Array(0)])
      expect(verifier.verifyPoint(strange, digest, good)).toBe(false)
  })

  test('expandKey › may write over its key', () => {
    const room = new Uint8Array(65)
    room.set(key, 1)
    const apart = new Uint8Array(65)
    verifier.expandKey(key, apart)
    expect(verifier.expandKey(room.subarray(1, 33), room)).toBe(true)
    expect(room).toEqual(apart)
  })

  test('verifyOwner › takes either parity and nobody else', () => {
    for (let i = 0; i < 8; i += 1) {
      const each = digestOf(`digest ${i}`)
      const signature = signDigest(digestOf('an owner'), each)
      expect(verifier.verifyOwner(owner, each, signature)).toBe(true)
      expect(verifier.verifyOwner(digestOf('x').subarray(0, 20), each, signature)).toBe(false)
    }
  })

  test.each(malformed)('verifyOwner › refuses a signature: $why', ({ signature, why }) => {
    const ownerOfMember = ownerAddress(secret)
    expect(verifier.verifyOwner(ownerOfMember, digest, signature), why).toBe(false)
    expect(verifier.verifyOwner(new Uint8Array(20), digest, signature)).toBe(false)
  })

  test('random bytes › verifier and reference say the same', () => {
    const word = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(zero, order, r, s, negated(s)),
    )
    fc.assert(
      fc.property(fc.constantFrom(key, offCurve, order, digest), word, word, (anyKey, anyR, anyS) => {
        const signature = join(anyR, anyS)
        expect(verifier.verifyMember(anyKey, digest, signature)).toBe(
          portableVerifier.verifyMember(anyKey, digest, signature),
        )
        const address = ownerAddress(secret)
        expect(verifier.verifyOwner(address, digest, signature)).toBe(
          portableVerifier.verifyOwner(address, digest, signature),
        )
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})

describe('the system library', () => {
  test('not installed › says why, and other functions of that name are no substitute', () => {
    expect(findSystemLibrary([])).toEqual({ reason: '' })
    expect(findSystemLibrary(['libparley-nothing.so.9'])).toMatchObject({
      reason: expect.stringContaining('libparley'),
    })
    expect(findSystemLibrary(['libc.so.6'])).toMatchObject({ reason: expect.stringContaining('secp256k1') })
  })

  test('asked for › is used where it is found and refused where it is not, never replaced in silence', () => {
    const found = findSystemLibrary()
    if ('reason' in found) expect(() => chooseVerifier('system')).toThrow(/VERIFIER_UNAVAILABLE/)
    else expect(chooseVerifier('system').name).toContain(found.file)
    expect(chooseVerifier('portable').name).toBe('npm secp256k1')
  })
})

describe('native signer', () => {
  test('makes the keys and signatures of protocol', () => {
    for (let i = 0; i < 20; i += 1) {
      const each = digestOf(`secret ${i}`)
      const native = signer.memberKey(each)
      expect(native).toEqual(memberKey(each))
      expect(signer.sign(native.secret, digest)).toEqual(signDigest(native.secret, digest))
    }
  })

  test('refuses what is no scalar', () => {
    expect(() => signer.memberKey(order)).toThrow()
    expect(() => signer.memberKey(zero)).toThrow()
  })
})

test('signRecoverable › gives the same bytes as the reference', () => {
  for (const text of ['a', 'b', 'c', 'd']) {
    const [own, other] = [digestOf(`secret ${text}`), digestOf(`digest ${text}`)]
    expect(signer.signRecoverable(own, other)).toEqual(signDigestRecoverable(own, other))
  }
})
