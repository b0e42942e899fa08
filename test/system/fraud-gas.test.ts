import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractsReadme, renderContractLimits } from '../src/docs/contract-limits.ts'
import { gasLines, proofGasFile, renderGas, settlingShares } from '../src/docs/gas.ts'
import { type Evm, startEvm } from '../src/fraud/evm.ts'
import { type Measured, measureProofs } from '../src/fraud/gas/measure.ts'

const committed: Record<string, Measured> = JSON.parse(readFileSync(proofGasFile, 'utf8'))

let evm: Evm
beforeAll(async () => {
  evm = await startEvm()
})
afterAll(() => evm.stop())

describe('gas', () => {
  test('gas › what proofs and answers take is what is committed: npm run gas', async () => {
    expect(await measureProofs(evm)).toEqual(committed)
  }, 360_000)

  test('gas › every proof, answer and transaction stays below its bar', () => {
    const lines = gasLines(committed)
    expect(lines).toHaveLength(10)
    for (const { what, gas, bar, bytes } of lines) {
      expect(gas, what).toBeLessThanOrEqual(bar)
      expect(bytes, what).toBeLessThanOrEqual(80_000)
    }
  })

  test('gas › settling a message, its certificate included, takes 20 at most', () => {
    const shares = settlingShares()
    expect(shares.map(({ owner }) => owner)).toEqual(['`Rollup`', '`DataCommittee`', '`Rollup`'])
    expect(shares.reduce((sum, { gas }) => sum + gas, 0)).toBeLessThanOrEqual(20)
  })

  test('gas › docs/gas.md says what the snapshots say', () => {
    expect(readFileSync(new URL('../../docs/gas.md', import.meta.url), 'utf8')).toBe(renderGas())
  })

  test('gas › contracts/README.md says what the snapshots say: npm run gas', () => {
    expect(readFileSync(contractsReadme, 'utf8')).toContain(renderContractLimits())
  })
})
