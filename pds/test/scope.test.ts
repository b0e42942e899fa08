import { describe, expect, test } from 'vitest'
import { PdsError } from '../src/faults.ts'
import { applies, judge, type Rule } from '../src/forms/rules.ts'
import { decodeScope, encodeScope, type Scope } from '../src/forms/scope.ts'

const address = (byte: number): Uint8Array => new Uint8Array(20).fill(byte)
const id = new Uint8Array(32).fill(5)
const conversation = { shard: 3, index: 7, id, names: [{ slot: 1, identity: address(2) }] }
const scope: Scope = {
  kind: 'sender',
  number: 4n,
  conversations: [conversation, { ...conversation, index: 8, names: [] }],
  rules: [
    { kind: 'allow', amount: 0n, addresses: [address(1)] },
    { kind: 'stake', amount: 10n ** 20n, addresses: [] },
  ],
}

const faultOf = (make: () => unknown) => {
  try {
    make()
  } catch (error) {
    if (error instanceof PdsError) return error.fault
    throw error
  }
  return undefined
}

describe('scope', () => {
  test('what is encoded › is decoded to the same', () => {
    expect(decodeScope(encodeScope(scope))).toEqual(scope)
  })

  const wrong: readonly [string, Partial<Scope>, string][] = [
    ['conversations out of order', { conversations: [...scope.conversations].reverse() }, 'conversations[1]'],
    ['the same conversation twice', { conversations: [conversation, conversation] }, 'conversations[1]'],
    ['a shard that is none', { conversations: [{ ...conversation, shard: 64 }] }, 'conversations[0].shard'],
    ['names in scope blind', { kind: 'blind', rules: [] }, 'conversations[0].names'],
    ['a rule that needs a sender in scope blind', { kind: 'blind', conversations: [] }, 'rules[0].kind'],
    [
      'addresses of a rule without any',
      { rules: [{ kind: 'muted', amount: 0n, addresses: [address(1)] }] },
      'rules[0]',
    ],
    ['an amount of a rule without one', { rules: [{ kind: 'muted', amount: 1n, addresses: [] }] }, 'rules[0]'],
    ['anything besides none', { kind: 'none', rules: [] }, 'kind'],
  ]
  test.each(wrong)('%s › is refused with its field', (_, changed, field) => {
    expect(faultOf(() => encodeScope({ ...scope, ...changed }))).toMatchObject({ code: 'SCOPE_INVALID', field })
  })

  test('bytes › with one cut off, one more or an unknown version are refused', () => {
    const bytes = encodeScope(scope)
    for (const each of [bytes.subarray(1), bytes.subarray(0, -1), Uint8Array.of(...bytes, 0)])
      expect(faultOf(() => decodeScope(each))).toMatchObject({ code: 'SCOPE_INVALID' })
    expect(faultOf(() => decodeScope(Uint8Array.of(2, ...bytes.subarray(1))))).toMatchObject({ field: 'version' })
  })
})

describe('rules', () => {
  const facts = { sender: address(1), muted: false, fee: 5n, repute: { listed: false, surcharge: 10_000, stake: 3n } }
  const rule = (kind: Rule['kind'], amount = 0n, addresses: Uint8Array[] = []): Rule => ({ kind, amount, addresses })

  test('the first that applies › decides, and allow shows', () => {
    expect(judge([rule('allow', 0n, [address(1)]), rule('stake', 4n)], facts)).toBeUndefined()
    expect(judge([rule('stake', 4n), rule('allow', 0n, [address(1)])], facts)).toBe(0)
    expect(judge([rule('price', 5n), rule('price', 6n)], facts)).toBe(1)
    expect(judge([], facts)).toBeUndefined()
  })

  test('what is not known › makes no rule apply that needs it', () => {
    const unknown = { ...facts, sender: undefined, repute: undefined }
    for (const each of [rule('deny', 0n, [address(1)]), rule('listed'), rule('surcharge'), rule('stake', 2n ** 200n)])
      expect(applies(each, unknown)).toBe(false)
    expect(applies(rule('unknown'), unknown)).toBe(true)
    expect(applies(rule('unknown'), facts)).toBe(false)
  })
})
