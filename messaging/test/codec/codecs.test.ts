import { toHex } from '@parley/protocol/light'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeControl, encodeControl } from '../../src/codec/control.ts'
import { decodeExternal, encodeExternal } from '../../src/codec/external.ts'
import { decodeInvitation, encodeInvitation } from '../../src/codec/invitation.ts'
import { decodePayload, encodePayload } from '../../src/codec/payload.ts'
import { MessagingError } from '../../src/faults.ts'
import { createInstallation, systemRandom } from '../../src/keys/installation.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { openSealed, seal } from '../../src/sealing/sealed.ts'

const text = (bytes: Uint8Array): string => toHex(bytes).slice(2)

const invalidField = (act: () => unknown): string | undefined => {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof MessagingError && error.fault.code === 'FRAME_INVALID') return error.fault.field
    throw error
  }
}

const controls = [
  [
    { kind: 'skip', position: 5n, count: 2, generation: 1 },
    '7061726c65792f736b69702f31000000 0000000000000005 00000002 00000001',
  ],
  [{ kind: 'boot', generation: 1 }, '7061726c65792f626f6f742f31000000 00000001 000000000000000000000000'],
  [
    { kind: 'want', position: 5n, generation: 1 },
    '7061726c65792f77616e742f31000000 0000000000000005 00000001 00000000',
  ],
  [{ kind: 'join', generation: 0 }, '7061726c65792f6a6f696e2f31000000 00000000 000000000000000000000000'],
] as const

test.each(controls)('controls › vector %#', (control, vector) => {
  const bytes = vector.replaceAll(' ', '')
  expect(text(encodeControl(control))).toBe(bytes)
  expect(decodeControl(encodeControl(control))).toEqual(control)
})

test('controls › a digest is none, nor is a skip of nothing or of too much, nor bytes left over', () => {
  expect(decodeControl(new Uint8Array(32).fill(3))).toBeUndefined()
  for (const count of [0, 1_025])
    expect(decodeControl(encodeControl({ kind: 'skip', position: 0n, count, generation: 0 }))).toBeUndefined()
  const boot = encodeControl({ kind: 'boot', generation: 1 })
  boot[31] = 1
  expect(decodeControl(boot)).toBeUndefined()
})

const payload = {
  id: new Uint8Array(16).fill(9),
  type: 'text/1',
  seen: { messages: 3n, changes: 1n, head: new Uint8Array(32).fill(4) },
  sentAt: 1_700_000_000_000n,
  fallback: 'hi',
  body: Uint8Array.of(1, 2, 3),
}

test('payload › vector', () => {
  expect(text(encodePayload(payload))).toBe(
    [
      '01',
      '09'.repeat(16),
      '55000000',
      '0300000000000000',
      '0100000000000000',
      '04'.repeat(32),
      '0068e5cf8b010000',
      '5b000000',
      '5d000000',
      text(new TextEncoder().encode('text/1hi')),
      '010203',
    ].join(''),
  )
})

test('payload › whatever is encoded is decoded', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      (fallback, body, sentAt) => {
        const value = { ...payload, fallback, body, sentAt }
        expect(decodePayload(encodePayload(value))).toEqual(value)
      },
    ),
  )
})

test('payload › no single byte can be changed, cut or added so that the same is read', () => {
  const bytes = encodePayload(payload)
  for (let at = 0; at < bytes.length; at += 1) {
    const other = bytes.slice()
    other[at] = (other[at] as number) ^ 0x81
    const field = invalidField(() => expect(decodePayload(other)).not.toEqual(payload))
    expect(field === undefined || field.startsWith('payload')).toBe(true)
  }
  expect(invalidField(() => decodePayload(bytes.subarray(0, 60)))).toBe('payload')
})

test.each([
  ['type', { type: 'Text' }, 'payload.type'],
  ['fallback', { fallback: 'x'.repeat(257) }, 'payload.fallback'],
  ['body', { body: new Uint8Array(1_048_577) }, 'payload.body'],
])('payload › %s out of bounds is refused', (_, change, field) => {
  expect(invalidField(() => encodePayload({ ...payload, ...change }))).toBe(field)
})

test('external › body, and what is cut', () => {
  const body = { generation: 1, epoch: 7n, enc: Uint8Array.of(1, 2), ciphertext: Uint8Array.of(3) }
  expect(text(encodeExternal(body))).toBe('00000001000000000000000700020102' + '03')
  expect(decodeExternal(encodeExternal(body))).toEqual(body)
  expect(invalidField(() => decodeExternal(encodeExternal(body).subarray(0, 16)))).toBe('external.enc')
  expect(invalidField(() => decodeExternal(new Uint8Array(3)))).toBe('external')
})

test('invitation › another kind is none', () => {
  const bytes = encodeInvitation({ info: Uint8Array.of(1), asOf: 2n })
  expect(decodeInvitation(bytes)).toEqual({ info: Uint8Array.of(1), asOf: 2n })
  bytes[0] = 2
  expect(invalidField(() => decodeInvitation(bytes))).toBe('groupInfo.kind')
})

test('sealed › opens for its recipients alone, and only where it belongs', async () => {
  const suite = await loadSuite('x25519')
  const [alice, bob, carol] = [1, 2, 3].map(
    (n) => createInstallation(new Uint8Array(20).fill(n), systemRandom).fallback,
  )
  const sealing = { name: 'x25519', suite, context: new Uint8Array(32).fill(1) } as const
  const sealed = await seal(Uint8Array.of(7), [alice!.key, bob!.key], sealing, systemRandom)
  expect(await openSealed(sealed, [bob!.secret], sealing)).toEqual(Uint8Array.of(7))
  expect(await openSealed(sealed, [carol!.secret], sealing)).toBeUndefined()
  expect(await openSealed(sealed, [bob!.secret], { ...sealing, context: new Uint8Array(32) })).toBeUndefined()
  expect(await openSealed(sealed, [bob!.secret], { ...sealing, name: 'x-wing' })).toBeUndefined()
})
