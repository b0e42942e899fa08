import assert from 'node:assert/strict'
import { memberKey, ownerAddress, signDigest, signDigestRecoverable } from '../signing/keys.ts'
import type { SignatureVerifier } from '../signing/verifier.ts'
import type { ComplianceCase } from './case.ts'

const fill = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const digest = fill(0x11)
const secret = fill(0x22)
const { key, secret: memberSecret } = memberKey(secret)
const owner = ownerAddress(secret)
const good = signDigest(memberSecret, digest)
const owned = signDigest(secret, digest)

const order = 2n ** 256n - 0x14551231950b75fc4402da1732fc9bebfn
const field = 2n ** 256n - 0x1000003d1n

const word = (value: bigint): Uint8Array => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
const join = (r: bigint, s: bigint): Uint8Array => new Uint8Array([...word(r), ...word(s)])

/** Signatures that hold for nothing, made of one that does. */
function malformed(signature: Uint8Array): Record<string, Uint8Array> {
  const [r, s] = [numberOf(signature.subarray(0, 32)), numberOf(signature.subarray(32))]
  return {
    'high s': join(r, order - s),
    's of 0': join(r, 0n),
    's of n': join(r, order),
    'r of 0': join(0n, s),
    'r of n': join(order, s),
    'r above n': join(order + 1n, s),
    'r that is no x': join(5n, s),
    zeros: new Uint8Array(64),
    'all ones': new Uint8Array(64).fill(0xff),
    'one bit flipped': signature.with(40, (signature[40] as number) ^ 1),
    '63 bytes': signature.subarray(1),
    '65 bytes': new Uint8Array([...signature, 27]),
    'no bytes': new Uint8Array(),
  }
}

const strangeKeys: Record<string, Uint8Array> = {
  'x off the curve': word(5n),
  'x of 0': word(0n),
  'x of p': word(field),
  'x above p': word(field + 1n),
  'all ones': fill(0xff),
  '31 bytes': key.subarray(1),
  '33 bytes': new Uint8Array([2, ...key]),
}

/** Digests of other lengths: a longer one must not be cut to one that is signed. */
const strangeDigests: Record<string, Uint8Array> = {
  '31 bytes': digest.subarray(1),
  '33 bytes': new Uint8Array([...digest, 0]),
  'no bytes': new Uint8Array(),
}

const checks: Record<string, (verifier: SignatureVerifier) => void> = {
  'member › a signature holds for its key and digest only': (verifier) => {
    assert.equal(verifier.verifyMember(key, digest, good), true)
    assert.equal(verifier.verifyMember(memberKey(fill(0x33)).key, digest, good), false)
    assert.equal(verifier.verifyMember(key, fill(0x12), good), false)
  },
  'member › the point with the even y is meant, whichever the secret gave': (verifier) => {
    for (let byte = 1; byte <= 8; byte += 1) {
      const each = memberKey(fill(byte))
      assert.equal(verifier.verifyMember(each.key, digest, signDigest(each.secret, digest)), true)
    }
    const odd = [1, 2, 3, 4, 5, 6, 7, 8].map(fill).find((each) => memberKey(each).secret !== each)
    assert.ok(odd)
    assert.equal(verifier.verifyMember(memberKey(odd).key, digest, signDigest(odd, digest)), false)
  },
  'owner › a signature holds for its address and digest only': (verifier) => {
    assert.equal(verifier.verifyOwner(owner, digest, owned), true)
    assert.equal(verifier.verifyOwner(ownerAddress(fill(0x33)), digest, owned), false)
    assert.equal(verifier.verifyOwner(owner, fill(0x12), owned), false)
  },
  'owner › either parity recovers it': (verifier) => {
    const parities = new Set<number | undefined>()
    for (let byte = 1; byte <= 16; byte += 1) {
      const signature = signDigestRecoverable(secret, fill(byte))
      parities.add(signature[64])
      assert.equal(verifier.verifyOwner(owner, fill(byte), signature.subarray(0, 64)), true)
    }
    assert.equal(parities.size, 2)
  },
  'owner › nothing holds for the zero address': (verifier) => {
    const zero = new Uint8Array(20)
    for (const signature of [owned, new Uint8Array(64), join(5n, 1n)])
      assert.equal(verifier.verifyOwner(zero, digest, signature), false)
  },
  'owner › addresses of other lengths are nobody’s': (verifier) => {
    for (const strange of [owner.subarray(1), new Uint8Array([...owner, 0]), new Uint8Array()])
      assert.equal(verifier.verifyOwner(strange, digest, owned), false)
  },
  'state › a malformed signature leaves nothing behind': (verifier) => {
    verifier.verifyMember(word(5n), digest, new Uint8Array(64).fill(0xff))
    assert.equal(verifier.verifyMember(key, digest, good), true)
    verifier.verifyMember(memberKey(fill(0x33)).key, fill(0x12), good)
    assert.equal(verifier.verifyMember(key, digest, good), true)
    verifier.verifyOwner(owner, digest, new Uint8Array())
    assert.equal(verifier.verifyOwner(owner, digest, owned), true)
  },
}

/** What every verifier must hold to: the same answers to the same bytes, and never an exception. */
export function signatureVerifierCompliance(verifier: SignatureVerifier): ComplianceCase[] {
  const refused = (name: string, answers: () => readonly boolean[]): ComplianceCase => ({
    name,
    run: async () => assert.ok(!answers().includes(true), 'it holds'),
  })
  return [
    ...Object.entries(checks).map(([name, check]) => ({ name, run: async () => check(verifier) })),
    ...Object.entries(malformed(good)).map(([why, signature]) =>
      refused(`member › a signature is invalid: ${why}`, () => [verifier.verifyMember(key, digest, signature)]),
    ),
    ...Object.entries(malformed(owned)).map(([why, signature]) =>
      refused(`owner › a signature is invalid: ${why}`, () => [verifier.verifyOwner(owner, digest, signature)]),
    ),
    ...Object.entries(strangeKeys).map(([why, strange]) =>
      refused(`member › a key verifies nothing: ${why}`, () => [verifier.verifyMember(strange, digest, good)]),
    ),
    ...Object.entries(strangeDigests).map(([why, strange]) =>
      refused(`digest › nothing holds for one of ${why}`, () => [
        verifier.verifyMember(key, strange, good),
        verifier.verifyOwner(owner, strange, owned),
      ]),
    ),
  ]
}
