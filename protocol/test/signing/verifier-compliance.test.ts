import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { signatureVerifierCompliance } from '../../src/compliance/index.ts'
import { addressOf, portableVerifier, type SignatureVerifier, sameBytes } from '../../src/index.ts'

describe('portableVerifier', () => {
  for (const { name, run } of signatureVerifierCompliance(portableVerifier)) test(name, run)
})

const { verifyMember, verifyOwner } = portableVerifier
const lenient = (
  key: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
  parity: number,
  lowS: boolean,
): boolean => {
  try {
    return secp256k1.verify(signature, digest, new Uint8Array([parity, ...key]), { prehash: false, lowS })
  } catch {
    return false
  }
}
const recovered = (digest: Uint8Array, signature: Uint8Array, parity: number): Uint8Array =>
  addressOf(
    secp256k1.Signature.fromBytes(signature, 'compact').addRecoveryBit(parity).recoverPublicKey(digest).toBytes(false),
  )
/** As the last one answered, where a signature's length is wrong. */
let last = false

/** A verifier with a fault, and the check that finds it. */
const planted: readonly { fault: string; found: string; verifier: Partial<SignatureVerifier> }[] = [
  {
    fault: 'everything holds',
    found: 'member › a signature holds for its key',
    verifier: { verifyMember: () => true },
  },
  {
    fault: 'nothing holds',
    found: 'owner › a signature holds for its address',
    verifier: { verifyOwner: () => false },
  },
  {
    fault: 'the odd y',
    found: 'member › the point with the even y',
    verifier: { verifyMember: (...signed) => lenient(...signed, 3, true) },
  },
  {
    fault: 'high s is taken',
    found: 'member › a signature is invalid: high s',
    verifier: { verifyMember: (...signed) => lenient(...signed, 2, false) },
  },
  {
    fault: 'a length goes unchecked',
    found: 'member › a signature is invalid: 65 bytes',
    verifier: { verifyMember: (key, digest, signature) => verifyMember(key, digest, signature.subarray(0, 64)) },
  },
  {
    fault: 'a long digest is cut',
    found: 'digest › nothing holds for one of 33 bytes',
    verifier: { verifyOwner: (owner, digest, signature) => verifyOwner(owner, digest.subarray(0, 32), signature) },
  },
  {
    fault: 'a wrong length is an exception',
    found: 'member › a signature is invalid: 63 bytes',
    verifier: {
      verifyMember: (key, digest, signature) =>
        secp256k1.verify(signature, digest, new Uint8Array([2, ...key]), { prehash: false, lowS: true }),
    },
  },
  {
    fault: 'the zero address owns what recovers nothing',
    found: 'owner › nothing holds for the zero address',
    verifier: {
      verifyOwner: (owner, digest, signature) =>
        verifyOwner(owner, digest, signature) || (owner.length === 20 && owner.every((byte) => byte === 0)),
    },
  },
  {
    fault: 'one parity only',
    found: 'owner › either parity',
    verifier: {
      verifyOwner: (owner, digest, signature) =>
        verifyOwner(owner, digest, signature) && sameBytes(recovered(digest, signature, 0), owner),
    },
  },
  {
    fault: 'an answer is left over',
    found: 'state › a malformed signature leaves nothing',
    verifier: {
      verifyMember(key, digest, signature) {
        const before = last
        last = verifyMember(key, digest, signature)
        return last && before
      },
    },
  },
]

test.each(planted)('planted fault › $fault', async ({ found, verifier }) => {
  const failing: string[] = []
  for (const { name, run } of signatureVerifierCompliance({ ...portableVerifier, ...verifier }))
    await run().catch(() => {
      failing.push(name)
    })
  expect(failing).toContainEqual(expect.stringContaining(found))
})
