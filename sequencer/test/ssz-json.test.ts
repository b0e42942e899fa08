import { type Codec, ssz } from '@parley/api'
import {
  AccountType,
  BlockHeaderType,
  ConversationType,
  SignedMessageType,
  SignedOperationType,
} from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Talk } from './support/world.ts'

const types = {
  SignedMessage: ssz(SignedMessageType),
  SignedOperation: ssz(SignedOperationType),
  Conversation: ssz(ConversationType),
  Account: ssz(AccountType),
  BlockHeader: ssz(BlockHeaderType),
}

const talk = new Talk(3, 0)
const message = types.SignedMessage.encode(talk.say('hello')) as Record<string, unknown>
const operation = types.SignedOperation.encode(talk.create) as {
  operation: unknown
  signatures: unknown[]
}

test('ssz › encode gives bytes as hex, uint64 as decimal strings, smaller integers as numbers, unions by kind', () => {
  expect(message).toMatchObject({ shard: 3, conversation: 0, member: 0, nonce: '1' })
  expect(message.content).toMatch(/^0x[0-9a-f]{64}$/)
  expect(operation.operation).toMatchObject({ kind: 'createConversation', value: { shard: 3, nonce: '0' } })
})

test('ssz › decode reads what encode gives', () => {
  for (const value of [talk.say('a'), { ...talk.say('b', 1), nonce: 2n ** 64n - 1n }])
    expect(types.SignedMessage.decode(types.SignedMessage.encode(value), '')).toEqual(value)
  expect(types.SignedOperation.decode(operation, '')).toEqual(talk.create)
})

const invalid = (field: string) =>
  expect.objectContaining({ fault: expect.objectContaining({ code: 'FIELD_INVALID', field }) })
const unknown = (field: string) => expect.objectContaining({ fault: { code: 'FIELD_UNKNOWN', field } })

test.each([
  ['a shard beyond uint8', { shard: 256 }, invalid('shard')],
  ['a fraction', { shard: 1.5 }, invalid('shard')],
  ['a negative number', { member: -1 }, invalid('member')],
  ['a number as text', { shard: '1' }, invalid('shard')],
  ['a uint64 as number', { nonce: 1 }, invalid('nonce')],
  ['a uint64 with a leading zero', { nonce: '01' }, invalid('nonce')],
  ['a uint64 with a sign', { nonce: '-1' }, invalid('nonce')],
  ['2^64', { nonce: '18446744073709551616' }, invalid('nonce')],
  ['20 digits beyond 2^64', { nonce: '99999999999999999999' }, invalid('nonce')],
  ['hex without 0x', { content: '00'.repeat(33) }, invalid('content')],
  ['hex one byte short', { content: `0x${'00'.repeat(31)}` }, invalid('content')],
  ['hex one byte long', { content: `0x${'00'.repeat(33)}` }, invalid('content')],
  ['letters that are not hex', { content: `0x${'zz'.repeat(32)}` }, invalid('content')],
  ['a field left out', { signature: undefined }, invalid('signature')],
  ['a field too many', { price: '1' }, unknown('price')],
])('ssz › decode refuses %s', (_, change, fault) => {
  expect(() => types.SignedMessage.decode({ ...message, ...change }, '')).toThrow(fault)
})

test.each<[string, unknown, unknown]>([
  ['null', null, invalid('[2]')],
  ['a list', [], invalid('[2]')],
  ['text', 'message', invalid('[2]')],
])('ssz › decode names the place of %s', (_, value, fault) => {
  expect(() => types.SignedMessage.decode(value, '[2]')).toThrow(fault as never)
})

test('ssz › decode refuses kinds that are none, and lists beyond their limit', () => {
  const parse = (value: unknown) => () => types.SignedOperation.decode(value, '')
  expect(parse({ ...operation, operation: { kind: 'burn', value: {} } })).toThrow(invalid('operation.kind'))
  expect(parse({ ...operation, operation: { kind: 'fund' } })).toThrow(invalid('operation.value'))
  const [signature] = operation.signatures
  expect(parse({ ...operation, signatures: Array.from({ length: 18 }, () => signature) })).toThrow(
    invalid('signatures'),
  )
  expect(parse({ ...operation, signatures: [signature, '0x'] })).toThrow(invalid('signatures[1]'))
})

describe('ssz › decode anything is a value of the type or a coded fault', () => {
  for (const [name, type] of Object.entries(types) as [string, Codec<unknown>][])
    test(name, () => {
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue(), fc.constant(message), fc.constant(operation)), (value) => {
          try {
            const parsed = type.decode(value, '')
            expect(type.decode(type.encode(parsed), '')).toEqual(parsed)
          } catch (error) {
            expect((error as { fault?: { code: string } }).fault?.code).toMatch(/^FIELD_/)
          }
        }),
        { numRuns: 300, seed: 1 },
      )
    })
})

test('ssz › in the schema every property is required and no other allowed', () => {
  expect(types.Account.schema).toMatchObject({
    type: 'object',
    required: ['owner', 'nonce', 'balance', 'withdrawn'],
    additionalProperties: false,
  })
})
