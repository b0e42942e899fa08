import { systemClock } from '@parley/runtime'
import { expect, test } from 'vitest'
import { benchSettlement } from '../../src/bench/settlement/bench-settlement.ts'
import { benchContext } from '../support/bench-context.ts'

test('benchSettlement › divides what a claim and its finality cost among its messages', async () => {
  const report = await benchSettlement({ ...benchContext(), clock: systemClock }, [1, 20])
  expect(report.results.map(({ layer, published, messagesPerBatch }) => [layer, published, messagesPerBatch])).toEqual([
    ['local', true, 1],
    ['local', true, 20],
    ['ethereum-blobs', true, 1],
    ['ethereum-blobs', true, 20],
    ['celestia', false, 1],
    ['celestia', false, 20],
  ])
  for (const { claimGas, finalizeGas, gasPerMessage, messagesPerBatch, claimBytes } of report.results) {
    expect(claimGas).toBeGreaterThan(21_000)
    expect(finalizeGas).toBeGreaterThan(21_000)
    expect(gasPerMessage).toBeCloseTo((claimGas + finalizeGas) / messagesPerBatch, 2)
    expect(claimBytes).toBeGreaterThan(500)
  }
  expect(report.finalizeGasTogether).toBeLessThan(report.results[0]?.finalizeGas as number)
})
