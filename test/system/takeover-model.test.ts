import { expect, test } from 'vitest'
import { mistakes } from '../src/takeover/mistakes.ts'
import { explore, findMistakes } from '../src/takeover/model.ts'

const seed = 1
const interleavings = 20_000

test(`takeover › the rules hold in ${interleavings} interleavings that put them to the test (seed ${seed})`, () => {
  const { broken, happened } = explore(seed, interleavings)
  expect(broken).toBeNull()
  for (const [name, count] of Object.entries(happened)) expect.soft(count, name).toBeGreaterThan(interleavings / 20)
})

const found = findMistakes(seed, interleavings)

test.each(mistakes)('takeover › %s is found, and again from its number', (mistake) => {
  const broken = found[mistake]
  expect(broken).not.toBeNull()
  expect(explore(seed, broken!.interleaving + 1, mistake).broken).toEqual(broken)
})
