import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { celestiaGas, committeeUsd, costsAt, examplePrices } from '../src/costs/formulas.ts'
import { messageUsd, savedByWaiting } from '../src/costs/tables.ts'
import { figures, withFigures } from '../src/costs/write-page.ts'

const { blobs: blobsUsd, celestia: celestiaUsd, eigen: eigenUsd } = costsAt(examplePrices)
const page = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8')

test('costs page › its figures are those that the formulas give', () => {
  expect(withFigures(page)).toBe(page)
  for (const figure of figures().values()) expect(page).toContain(figure)
})

test('costs page › another figure is found', () => {
  expect(withFigures(page.replace('| 1 | 600 |', '| 1 | 601 |'))).not.toBe(page.replace('| 1 | 600 |', '| 1 | 601 |'))
})

test('formulas › one blob, one share and the least symbols by hand', () => {
  // 21,000 × 1.445 gwei + 131,072 × 0.0278125 gwei, at $2,000.
  expect(blobsUsd(1)).toBeCloseTo((21_000 * 1.445 + 131_072 * 0.027_812_5) * 2e-6, 12)
  expect(blobsUsd(130_043) - blobsUsd(130_042)).toBeCloseTo(131_072 * 0.027_812_5 * 2e-6, 12)
  expect(celestiaUsd(478)).toBeCloseTo((75_000 + 700 + 4_096) * 0.004e-6 * 0.29, 15)
  expect(eigenUsd(1)).toBeCloseTo(4_096 * 447_000_000e-18 * 2_000, 12)
  expect(eigenUsd(131_073)).toBeCloseTo(2 * eigenUsd(131_072), 12)
})

test('celestiaGas › is what a real one-share transaction paid for', () => {
  // Mainnet block 10126899, transaction 2.
  expect(celestiaGas(478)).toBe(79_796)
  expect(celestiaGas(479)).toBe(79_796 + 4_096)
})

test('committee › is paid by the byte, by every member, for half a month and one read', () => {
  expect(committeeUsd(1e9)).toBeCloseTo(4 * (0.02 * 0.5 + 0.05), 9)
})

test('waiting › saves more than 50-fold on blobs at one message a second', () => {
  expect(savedByWaiting(5, 600)).toBeGreaterThan(50)
  expect(messageUsd(1, 600).split).toBeLessThan(messageUsd(1, 600).blobs)
})
