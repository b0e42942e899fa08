import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fuzzBadInput } from '../src/fraud/bad-input/bad-input.ts'
import { type Evm, startEvm } from '../src/fraud/evm.ts'

let evm: Evm
beforeAll(async () => {
  evm = await startEvm()
})
afterAll(() => evm.stop())

describe('bad input', () => {
  test('bad input › proofs and answers with a bit flipped, of another length or with any gas are refused, or say the same', async () => {
    const { failures, proofs, answers, sameVerdict } = await fuzzBadInput({ seed: 1, flips: 4, gasLimits: 4 }, evm)
    expect(failures).toEqual([])
    expect(proofs).toBeGreaterThan(35)
    expect(answers).toBeGreaterThan(24)
    // The whole answers, and what little a bit of a wrong root changes: a run that is refused everything shows nothing.
    expect(sameVerdict).toBeGreaterThan(answers)
  }, 360_000)
})
