import { describe, expect, test } from 'vitest'
import { mweiArgument } from '../src/action/arguments.ts'
import { amount } from '../src/config/setting.ts'

describe('amounts in mwei', () => {
  test('argument › takes what 64 bits hold', () => {
    expect(mweiArgument('amount', '0')).toBe(0n)
    expect(mweiArgument('amount', `${2n ** 64n - 1n}`)).toBe(2n ** 64n - 1n)
  })

  test.each([
    ['nothing', undefined, 'must be a whole number'],
    ['ether', '0.1', 'must be a whole number'],
    ['what is below nothing', '-1', 'must be a whole number'],
    ['what 64 bits do not hold', `${2n ** 64n}`, 'must be below 2^64 mwei'],
  ])('argument › refuses %s', (_, text, reason) => {
    expect(() => mweiArgument('amount', text)).toThrow(
      expect.objectContaining({ fault: { code: 'ARGUMENT_INVALID', argument: 'amount', reason } }),
    )
  })

  test('setting › takes what lies within its bounds', () => {
    const { schema } = amount(1n, 10n, { about: 'An amount.' })
    expect(schema.safeParse('10')).toEqual({ success: true, data: 10n })
    for (const value of ['0', '11', 0.5, 'a']) expect(schema.safeParse(value).success).toBe(false)
  })
})
