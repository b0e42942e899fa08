import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  ChangeMembersType,
  changeDigest,
  consentDigest,
  domainSeparator,
  hash64,
  messageDigest,
  messageDigestPrefix,
  operationDigests,
} from '../../src/index.ts'
import { digestOf } from '../support/keys.ts'
import { change, config, deployment, keys, noChange } from '../support/world.ts'

const id = digestOf('id')
const content = digestOf('content')
const chainId = 0x0102_0304_0506_0708n

/** SHA-256 over the concatenation of hex strings. */
const sha256 = (...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(typeof part === 'string' ? Buffer.from(part, 'hex') : part)
  return new Uint8Array(hash.digest())
}

/** The four chunks written out: 16 bytes of tag, 8 of chain, zeros; the id; 2 of slot, 8 of counter, zeros; the last. */
const byHand = (tag: string, slot: string, counter: string, last: Uint8Array): Uint8Array =>
  sha256(
    sha256(Buffer.from(tag.padEnd(16, '\0')), '0102030405060708', '00'.repeat(8), id),
    sha256(slot, counter, '00'.repeat(22), last),
  )

test('message digest › is the root of its four chunks', () => {
  const expected = byHand('parley/message/1', 'abcd', '1122334455667788', content)
  expect(messageDigest(chainId, id, 0xabcd, 0x1122_3344_5566_7788n, content)).toEqual(expected)
})

test('consent digest › is the same with its own tag and the key last', () => {
  const expected = byHand('parley/consent/1', '0005', '0000000000000007', keys.admin.name)
  expect(consentDigest(chainId, id, 5, 7n, keys.admin.name)).toEqual(expected)
})

test('change digest › takes signer, epoch and the root of the change', () => {
  const value = { ...noChange, signer: 0x0102, epoch: 9n, remove: [{ slot: 4 }] }
  const expected = byHand('parley/change/1', '0102', '0000000000000009', ChangeMembersType.hashTreeRoot(value))
  expect(changeDigest(chainId, id, value)).toEqual(expected)
})

test('message digest prefix › is the first of its pair hashes', () => {
  const place = new Uint8Array(32)
  place[1] = 3
  place[9] = 4
  const whole = hash64(messageDigestPrefix(chainId, id), hash64(place, content))
  expect(messageDigest(chainId, id, 3, 4n, content)).toEqual(whole)
})

test('operation digests › a slot freed and filled within one change is consented to at its raised nonce', () => {
  const conversation = {
    id,
    epoch: 1n,
    members: [{ key: keys.admin.name, role: 2, nonce: 6n, sponsor: 0, allowance: 0n, priceLimit: 0n }],
    messageCount: 0n,
    head: id,
  }
  const operation = change({
    remove: [{ slot: 0 }],
    add: [{ slot: 0, key: keys.gone.name, role: 1, allowance: 0n, priceLimit: 0n }],
  })
  const [, consent] = operationDigests(operation, deployment, conversation)
  expect(consent).toEqual(consentDigest(config.chainId, id, 0, 7n, keys.gone.name))
})

test('operation digests › a change without its conversation cannot be signed', () => {
  expect(() => operationDigests(change({}), deployment)).toThrow(TypeError)
})

test.each([2n ** 64n, -1n])('chain id %s › does not fit eight bytes and is refused, never wrapped', (wide) => {
  expect(() => messageDigest(wide, id, 0, 0n, content)).toThrow(RangeError)
  expect(() => consentDigest(wide, id, 0, 0n, content)).toThrow(RangeError)
  expect(() => domainSeparator(wide, config.inbox)).toThrow(RangeError)
})
