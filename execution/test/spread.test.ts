import { expect, test } from 'vitest'
import { median, spreadOf } from '../src/bench/index.ts'

test('median › is the middle, or the mean of the two in the middle', () => {
  expect(median([5, 1, 3])).toBe(3)
  expect(median([10, 2, 1, 4])).toBe(3)
  expect(median([7])).toBe(7)
})

test('median › of nothing is refused', () => {
  expect(() => median([])).toThrow(RangeError)
})

test('spread › has both ends and the middle, rounded', () => {
  expect(spreadOf([2, 1, 9.12345])).toEqual({ min: 1, median: 2, max: 9.123 })
  expect(spreadOf([10.2, 11.8], 0)).toEqual({ min: 10, median: 11, max: 12 })
})
