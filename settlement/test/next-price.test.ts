import { mwei } from '@parley/protocol'
import { expect, test } from 'vitest'
import { nextPrice } from '../src/index.ts'

test.each([
  ['nearer than an eighth', [100n, 106n, 1n, 1000n], 106n],
  ['an eighth up', [100n, 500n, 1n, 1000n], 112n],
  ['an eighth down', [100n, 0n, 1n, 1000n], 88n],
  ['its upper bound', [100n, 500n, 1n, 105n], 105n],
  ['its lower bound', [100n, 0n, 95n, 1000n], 95n],
  ['1 where an eighth is less', [3n, 90n, 1n, 1000n], 4n],
  ['1 down, to nothing where that is allowed', [1n, 0n, 0n, 1000n], 0n],
  ['up from nothing', [0n, 90n, 0n, 1000n], 1n],
] as const)('next price › %s', (_, [price, target, min, max], expected) => {
  expect(nextPrice(mwei(price), mwei(target), min, max)).toBe(expected)
})
