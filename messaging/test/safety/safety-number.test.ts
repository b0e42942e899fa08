import { describe, expect, test } from 'vitest'
import { safetyNumber } from '../../src/safety/safety-number.ts'

const person = (identity: number, devices: readonly number[]) => ({
  identity: new Uint8Array(20).fill(identity),
  installations: devices.map((seed) => new Uint8Array(32).fill(seed)),
})

describe('safety number', () => {
  test('is the same on both sides, in whatever order devices are known', () => {
    const number = safetyNumber(person(1, [3, 4]), person(2, [5]))
    expect(number).toMatch(/^(\d{5} ){7}\d{5}$/)
    expect(safetyNumber(person(2, [5]), person(1, [4, 3]))).toBe(number)
  })

  test('is another one when a device comes, goes, or is somebody else’s', () => {
    const numbers = [
      safetyNumber(person(1, [3, 4]), person(2, [5])),
      safetyNumber(person(1, [3]), person(2, [5])),
      safetyNumber(person(1, [3]), person(2, [4, 5])),
      safetyNumber(person(1, [3, 5]), person(2, [4])),
      safetyNumber(person(1, [3, 4]), person(6, [5])),
    ]
    expect(new Set(numbers).size).toBe(numbers.length)
  })
})
