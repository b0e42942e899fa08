import { describe, expect, test } from 'vitest'
import { addressed } from '../src/views/addresses.ts'

const address = (digit: number): string => `0x${digit.toString(16).padStart(40, '0')}`
const own = address(0xab)

describe('addresses', () => {
  test('are taken once each, however they are parted', () => {
    const { addresses, isWrong } = addressed(` ${address(1)},\n${address(2)}; ${address(1)} `, own)
    expect(addresses).toEqual([address(1), address(2)])
    expect(isWrong).toBe(false)
  })

  test('nothing yet is not wrong', () => {
    expect(addressed('  ', own)).toMatchObject({ addresses: undefined, isWrong: false })
  })

  test.each([
    ['bob.eth', '“bob.eth” is no address'],
    [`${address(1)}0`, 'is no address'],
    [own.toUpperCase().replace('0X', '0x'), 'That is your own address.'],
    [Array.from({ length: 16 }, (_, i) => address(i + 1)).join(' '), 'Up to 15'],
  ])('%s › says what is wrong', (text, hint) => {
    const found = addressed(text, own)
    expect(found).toMatchObject({ addresses: undefined, isWrong: true })
    expect(found.hint).toContain(hint)
  })
})
