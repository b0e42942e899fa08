import type { Outcome } from '../outcome/outcome.ts'

const columns = ['drill', 'seconds', 'lost', 'duplicates', 'layers', ''] as const
const widths = [26, 8, 6, 11, 44, 0] as const

const row = (cells: readonly string[]): string =>
  `${cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join(' ')
    .trimEnd()}\n`

/** Head of the table for people. */
export const tableHead = (): string => row(columns)

/** One drill, for people. */
export function tableRow({ drill, ...outcome }: Outcome): string {
  const { secondsToRecover, messagesLost, duplicatePosts, layerUsed, detail, failed } = outcome
  const seconds = secondsToRecover === null ? '' : String(secondsToRecover)
  const words = failed === undefined ? detail : `FAILED: ${failed}`
  return row([drill, seconds, String(messagesLost), String(duplicatePosts), layerUsed, words])
}
