import type { Outcome } from './outcome.ts'

const columns = ['class', 'detectedBy', 'transactions', 'gas', 'seconds', ''] as const
const widths = [38, 22, 12, 10, 8, 0] as const

const row = (cells: readonly string[]): string =>
  `${cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join(' ')
    .trimEnd()}\n`

/** Head of the table for people. */
export const tableHead = (): string => row(columns)

/** One class, for people. */
export function tableRow(outcome: Outcome): string {
  const { detectedBy, transactions, gas, secondsToRemoval, failed } = outcome
  const seconds = secondsToRemoval === null ? '' : String(secondsToRemoval)
  return row([outcome.class, detectedBy, String(transactions), String(gas), seconds, failed ?? ''])
}
