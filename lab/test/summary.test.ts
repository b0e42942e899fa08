import { expect, test } from 'vitest'
import { summaryOf } from '../src/dev/summary.ts'

test('summary › a line a figure, named as in the report', () => {
  const report = {
    messages: { offered: 1_234, final: 7 },
    latencyMs: { p99: null },
    roots: ['0x1', '0x2'],
    rest: undefined,
  }
  expect(summaryOf(report)).toBe(
    'messages offered  1,234\nmessages final    7\nlatencyMs p99     not measured\nroots             2 of them\n',
  )
})
