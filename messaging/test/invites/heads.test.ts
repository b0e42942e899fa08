import { x25519 } from '@noble/curves/ed25519.js'
import { memberKey, millis } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { openInvite, openInviteHead, sealInvite } from '../../src/invites/envelope.ts'
import { createInstallation } from '../../src/keys/installation.ts'

const address = (byte: number): Uint8Array => new Uint8Array(20).fill(byte)
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const to = { chainId: 901n, inbox: address(9), recipient: address(2) }
const body = {
  kind: 'conversation',
  place: { shard: 3, index: 1 },
  id: new Uint8Array(32).fill(4),
  suite: 'x25519',
  slot: 1,
  key: memberKey(new Uint8Array(32).fill(8)),
  title: 'Lunch',
  text: 'Noon?',
} as const

test('a key for heads › opens who invites whom, and not what is said', async () => {
  const alice = createInstallation(address(1), random)
  const bob = createInstallation(address(2), random)
  const filter = random(32)
  const input = { to, body, createdAt: millis(1_000n), expiresAt: millis(2_000n) }
  const frame = await sealInvite(input, [bob.fallback.key], alice, random, [x25519.getPublicKey(filter)])
  expect(await openInviteHead(frame, to, filter)).toMatchObject({
    sender: alice.identity,
    senderKey: alice.signing.key,
  })
  const asDevice = { ...bob, fallback: { secret: filter, key: x25519.getPublicKey(filter) } }
  expect(await openInvite(frame, to, asDevice)).toBeUndefined()
  expect((await openInvite(frame, to, bob))?.body).toMatchObject({ title: 'Lunch' })
})

test('a key for heads › opens nothing that is sealed without it, and nothing for another recipient', async () => {
  const alice = createInstallation(address(1), random)
  const bob = createInstallation(address(2), random)
  const filter = random(32)
  const input = { to, body, createdAt: millis(1_000n), expiresAt: millis(2_000n) }
  const without = await sealInvite(input, [bob.fallback.key], alice, random)
  expect(await openInviteHead(without, to, filter)).toBeUndefined()
  const sealed = await sealInvite(input, [bob.fallback.key], alice, random, [x25519.getPublicKey(filter)])
  expect(await openInviteHead(sealed, { ...to, recipient: address(3) }, filter)).toBeUndefined()
})
