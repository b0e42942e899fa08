import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import {
  addressOf,
  memberKey,
  ownerAddress,
  portableVerifier,
  signDigest,
  signDigestRecoverable,
} from '../../src/index.ts'
import { digestOf, realKey, realOwner } from '../support/keys.ts'

const { n } = secp256k1.Point.CURVE()
const { p } = secp256k1.Point.CURVE()
const digest = digestOf('digest')
const member = realKey('member')
const owner = realOwner('owner')
const good = member.sign(digest)

const word = (value: bigint): Uint8Array => new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
const integerOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const signature = (r: bigint, s: bigint): Uint8Array => new Uint8Array([...word(r), ...word(s)])
const r = integerOf(good.subarray(0, 32))
const s = integerOf(good.subarray(32))

/** An x with no point over it. */
const offCurve = [5n, 0n].map(word)

describe('member signature', () => {
  test('member signature › holds for its key and digest only', () => {
    expect(portableVerifier.verifyMember(member.name, digest, good)).toBe(true)
    expect(portableVerifier.verifyMember(realKey('other').name, digest, good)).toBe(false)
    expect(portableVerifier.verifyMember(member.name, digestOf('other'), good)).toBe(false)
  })

  test('member key › is the even y, whichever the secret gave', () => {
    const parities = new Set<number>()
    for (let i = 0; parities.size < 2; i += 1) {
      const secret = digestOf(`secret ${i}`)
      parities.add(secp256k1.getPublicKey(secret, true)[0]!)
      const key = memberKey(secret)
      expect(secp256k1.getPublicKey(key.secret, true)[0]).toBe(2)
      expect(portableVerifier.verifyMember(key.key, digest, signDigest(key.secret, digest))).toBe(true)
    }
  })

  test.each([word(0n), word(n), word(n + 1n), new Uint8Array(31)])('member key › %s is no secret', (secret) => {
    expect(() => memberKey(secret)).toThrow(RangeError)
  })

  test.each([
    { why: 'high s', bytes: signature(r, n - s) },
    { why: 's of 0', bytes: signature(r, 0n) },
    { why: 's of n', bytes: signature(r, n) },
    { why: 'r of 0', bytes: signature(0n, s) },
    { why: 'r of n', bytes: signature(n, s) },
    { why: 'r above n', bytes: signature(n + 1n, s) },
    { why: 'all ones', bytes: new Uint8Array(64).fill(255) },
    { why: '63 bytes', bytes: good.subarray(1) },
    { why: '65 bytes', bytes: new Uint8Array([...good, 27]) },
    { why: 'no bytes', bytes: new Uint8Array() },
    { why: 'one bit flipped', bytes: good.with(40, good[40]! ^ 1) },
  ])('member signature › $why is invalid, never an exception', ({ bytes }) => {
    expect(portableVerifier.verifyMember(member.name, digest, bytes)).toBe(false)
  })

  test.each([...offCurve, word(p), word(p + 1n), new Uint8Array(32).fill(255), new Uint8Array(31), new Uint8Array(33)])(
    'member signature › key %s verifies nothing',
    (key) => {
      expect(portableVerifier.verifyMember(key, digest, good)).toBe(false)
    },
  )
})

describe('owner signature', () => {
  const signed = owner.sign(digest)

  test('owner signature › holds for its address, whichever parity it recovers by', () => {
    const parities = new Set<number>()
    const secret = digestOf('secret of an owner')
    for (let i = 0; parities.size < 2; i += 1) {
      const each = digestOf(`digest ${i}`)
      const recoverable = signDigestRecoverable(secret, each)
      parities.add(recoverable[64]!)
      expect(portableVerifier.verifyOwner(ownerAddress(secret), each, recoverable.subarray(0, 64))).toBe(true)
    }
    expect(parities).toEqual(new Set([27, 28]))
  })

  test('owner signature › holds for no other digest', () => {
    expect(portableVerifier.verifyOwner(owner.name, digestOf('other'), signed)).toBe(false)
  })

  test('owner signature › never holds for the zero address', () => {
    expect(portableVerifier.verifyOwner(new Uint8Array(20), digest, signed)).toBe(false)
    expect(portableVerifier.verifyOwner(new Uint8Array(20), digest, new Uint8Array(64))).toBe(false)
  })

  test.each([
    { why: 'high s', bytes: signature(integerOf(signed.subarray(0, 32)), n - integerOf(signed.subarray(32))) },
    { why: 'r of n', bytes: signature(n, 1n) },
    { why: 'r that is no x', bytes: signature(5n, 1n) },
    { why: 'zeros', bytes: new Uint8Array(64) },
    { why: '65 bytes', bytes: new Uint8Array([...signed, 27]) },
  ])('owner signature › $why is invalid, never an exception', ({ bytes }) => {
    expect(portableVerifier.verifyOwner(owner.name, digest, bytes)).toBe(false)
  })

  test('address › is the last 20 bytes of the hash of the point', () => {
    // The address of secret 1, known to everybody who ever looked at a chain.
    const point = secp256k1.getPublicKey(word(1n), false)
    expect(Buffer.from(addressOf(point)).toString('hex')).toBe('7e5f4552091a69125d5dfcb7b8c2659029395bdf')
  })
})
